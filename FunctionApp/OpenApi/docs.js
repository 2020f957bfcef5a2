SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  // Nothing leaves this service: not even to have the document judged by a validator elsewhere.
  validatorUrl: null,
});
