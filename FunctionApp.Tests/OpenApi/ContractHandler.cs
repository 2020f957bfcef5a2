using System.Net;

namespace FunctionApp.Tests.OpenApi;

/// <summary>Checks every response that a test's client gets against the document: its status, content type and body.</summary>
internal sealed class ContractHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
            return response;

        var contentType = response.Content.Headers.ContentType?.MediaType;
        string? body = null;
        if (contentType is null || contentType.EndsWith("json", StringComparison.Ordinal))
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            body = await response.Content.ReadAsStringAsync(cancellationToken);
        }

        // HEAD is answered as GET is, without the body.
        var isHead = request.Method == HttpMethod.Head;
        if (ApiContract.Find(isHead ? HttpMethod.Get : request.Method, path) is { } operation)
        {
            var errors = isHead ? [] : ApiContract.Check(operation, (int)response.StatusCode, contentType, body);
            Assert.True(errors.Count == 0, $"{operation} responded with {(int)response.StatusCode} unlike the document: {string.Join("; ", errors)}\n{body}");
            Assert.True(response.Headers.Contains("X-Request-Id"), $"{operation} has no X-Request-Id.");
        }
        else
        {
            Assert.True(
                request.Method == HttpMethod.Options || response.StatusCode is HttpStatusCode.NotFound,
                $"{request.Method} {path} is not documented but responded with {(int)response.StatusCode}.");
        }
        return response;
    }
}
