using Atelier.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Http;

/// <summary>Which content security policy a response starts with.</summary>
public sealed class ResponseMiddlewareTests
{
    [Theory]
    [InlineData("text/html; charset=utf-8", "default-src 'self';")]
    [InlineData("TEXT/HTML", "default-src 'self';")]
    [InlineData("application/json", "default-src 'none';")]
    [InlineData("image/png", "default-src 'none';")]
    [InlineData(null, "default-src 'none';")]
    public async Task Response_OfEachContentType_HasThePolicyOfPagesOrOfData(string? contentType, string expected)
    {
        var headers = await RespondAsync(response => response.ContentType = contentType);

        Assert.StartsWith(expected, headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_SetByTheFunction_AreKept()
    {
        var headers = await RespondAsync(response =>
        {
            response.ContentType = "text/html";
            response.Headers.ContentSecurityPolicy = "default-src https://cdn.example.org";
            response.Headers.CacheControl = "public, max-age=60";
        });

        Assert.Equal("default-src https://cdn.example.org", headers.ContentSecurityPolicy);
        Assert.Equal("public, max-age=60", headers.CacheControl);
    }

    private static async Task<IHeaderDictionary> RespondAsync(Action<HttpResponse> function)
    {
        var http = new DefaultHttpContext();
        var response = new StartingResponse();
        http.Features.Set<IHttpResponseFeature>(response);
        var context = new Mock<FunctionContext>();
        context.Setup(one => one.Items).Returns(new Dictionary<object, object> { ["HttpRequestContext"] = http });
        var middleware = new ResponseMiddleware(
            new Cors(new CorsOptions([], WithCredentials: false)),
            new ConfigurationBuilder().Build(),
            NullLogger<ResponseMiddleware>.Instance);

        await middleware.Invoke(context.Object, _ =>
        {
            function(http.Response);
            return Task.CompletedTask;
        });
        await response.StartAsync();
        return http.Response.Headers;
    }

    /// <summary>A response that starts when the test starts it; ASP.NET Core's own one without a server never starts.</summary>
    private sealed class StartingResponse : HttpResponseFeature
    {
        private readonly Stack<Func<Task>> _callbacks = [];

        public override void OnStarting(Func<object, Task> callback, object state) => _callbacks.Push(() => callback(state));

        public async Task StartAsync()
        {
            while (_callbacks.TryPop(out var callback))
                await callback();
        }
    }
}
