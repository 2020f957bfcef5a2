// A provider that speaks OpenAI's API, and a blob store that keeps nothing; both respond at once: node stub.mjs PORT
import { createServer } from 'node:http';

// The smallest PNG that is one, followed by bytes after its end, which readers skip: some 3 KB in all.
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const image = Buffer.concat([pixel, Buffer.alloc(3_000, 7)]).toString('base64');
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const text = (model) => ({
  id: 'chat', object: 'chat.completion', created: 1, model, usage,
  choices: [{ index: 0, message: { role: 'assistant', content: 'A quiet boat for people who live near a lake. '.repeat(8) }, finish_reason: 'stop' }],
});
const picture = () => ({ created: 1, data: [{ b64_json: image }] });

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    if (request.method === 'PUT') {
      response.writeHead(201, { etag: '"0"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'x-ms-request-id': '0', 'content-length': 0 }).end();
      return;
    }
    // A readiness check asks only whether there is a server or a container.
    if (request.method !== 'POST') {
      response.writeHead(request.url.includes('restype=container') ? 200 : 404, { etag: '"0"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }).end();
      return;
    }
    const { model } = JSON.parse(Buffer.concat(chunks));
    const body = Buffer.from(JSON.stringify(request.url.endsWith('/chat/completions') ? text(model) : picture()));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
}).listen(Number(process.argv[2]), '127.0.0.1', 4096);
