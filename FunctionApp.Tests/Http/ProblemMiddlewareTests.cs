using System.Text.Json;
using Atelier.Http;
using Atelier.Problems;
using FunctionApp.Tests.Campaigns.Workflow;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Http;

/// <summary>What a caller gets when a function throws, on a context with only what every host offers.</summary>
public sealed class ProblemMiddlewareTests
{
    private const string CallersTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string HostsTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly DefaultHttpContext _http = new() { Response = { Body = new MemoryStream() } };
    private readonly Mock<TraceContext> _trace = new();
    private readonly Mock<FunctionContext> _context = new();

    public ProblemMiddlewareTests()
    {
        _trace.Setup(trace => trace.TraceParent).Returns($"00-{HostsTrace}-00f067aa0ba902b7-01");
        _context.Setup(context => context.TraceContext).Returns(_trace.Object);
        _context.Setup(context => context.Items).Returns(new Dictionary<object, object> { ["HttpRequestContext"] = _http });
    }

    [Fact]
    public async Task Function_Throws_RespondsWithProblemDetails()
    {
        var problem = await RespondAsync(new ApiException(503, "orchestration_unavailable", "Away.") { RetryAfter = TimeSpan.FromSeconds(5) });

        Assert.Equal((503, "application/problem+json"), (_http.Response.StatusCode, _http.Response.ContentType));
        Assert.Equal("5", _http.Response.Headers.RetryAfter);
        Assert.Equal("orchestration_unavailable", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Function_ThrowsAnUnexpectedException_Is500WithoutDetails()
    {
        var problem = await RespondAsync(new InvalidOperationException("secret-word"));

        Assert.Equal((500, "internal_error"), (_http.Response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.DoesNotContain("secret-word", problem.GetRawText(), StringComparison.Ordinal);
    }

    // The Functions host turns a response into an empty 500 when it could not send the whole request.
    [Fact]
    public async Task Body_Refused_IsReadPastTheServersOwnLimit()
    {
        var limit = new Mock<IHttpMaxRequestBodySizeFeature>();
        limit.SetupProperty(feature => feature.MaxRequestBodySize, 30_000_000);
        _http.Features.Set(limit.Object);

        await RespondAsync(new ApiException(413, "body_too_large", "Too long."));

        Assert.Null(limit.Object.MaxRequestBodySize);
    }

    [Fact]
    public async Task Function_CallerDisconnected_WritesNothing()
    {
        using var left = new CancellationTokenSource();
        _http.RequestAborted = left.Token;
        left.Cancel();

        await InvokeAsync(new OperationCanceledException(left.Token));

        Assert.Equal((499, 0L), (_http.Response.StatusCode, _http.Response.Body.Length));
    }

    [Theory]
    [InlineData($"00-{CallersTrace}-b7ad6b7169203331-01", CallersTrace)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", HostsTrace)]
    [InlineData("nonsense", HostsTrace)]
    [InlineData(null, HostsTrace)]
    public async Task TraceId_WithoutAnActivity_IsTheCallersOrElseTheHosts(string? traceParent, string expected)
    {
        _http.Request.Headers.TraceParent = traceParent;

        var problem = await RespondAsync(ApiException.NotFound("campaign"));

        Assert.Equal(expected, problem.GetProperty("traceId").GetString());
        Assert.Equal(expected, _http.Response.Headers["X-Request-Id"]);
    }

    private async Task<JsonElement> RespondAsync(Exception exception)
    {
        await InvokeAsync(exception);
        return JsonSerializer.Deserialize<JsonElement>(((MemoryStream)_http.Response.Body).ToArray());
    }

    private Task InvokeAsync(Exception exception)
    {
        var headers = new ResponseMiddleware(
            new Cors(new CorsOptions([], WithCredentials: false)), new ConfigurationBuilder().Build(), NullLogger<ResponseMiddleware>.Instance);
        var problems = new ProblemMiddleware(TestRunner.NewOutages(), NullLogger<ProblemMiddleware>.Instance);
        return headers.Invoke(_context.Object, context => problems.Invoke(context, _ => throw exception));
    }
}
