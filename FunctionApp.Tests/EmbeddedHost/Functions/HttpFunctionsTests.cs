using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>HTTP functions respond as on the official host.</summary>
public sealed class HttpFunctionsTests(HttpFunctionsTests.App app) : IClassFixture<HttpFunctionsTests.App>
{
    [Fact]
    public async Task Result_IsWritten()
    {
        using var response = await app.Host.SendAsync("GET", "/api/Json");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("""{"name":"a"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task NoResult_IsAnEmpty200()
    {
        using var response = await app.Host.SendAsync("GET", "/api/Nothing");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task EmptyResult_KeepsWhatTheFunctionWrote()
    {
        using var response = await app.Host.SendAsync("GET", "/api/WritesItself");

        Assert.Equal(207, (int)response.StatusCode);
        Assert.Equal("own", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/api/Throws")]
    [InlineData("/api/ResultThrows")]
    [InlineData("/api/typed/x/1/true/00000000-0000-0000-0000-000000000001")]
    public async Task Exception_IsAnEmpty500(string path)
    {
        using var response = await app.Host.SendAsync("GET", path);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.False(response.Headers.Contains("x-half"));
    }

    [Theory]
    [InlineData("/api/items/x", "item x")]
    [InlineData("/API/ITEMS/x/", "item x")]
    [InlineData("/api/items/special", "special")]
    [InlineData("/api/numbered/4", "5")]
    [InlineData("/api/optional", "one,none")]
    [InlineData("/api/optional/two/three", "two,three")]
    [InlineData("/api/all", "none")]
    [InlineData("/api/all/a/b", "a/b")]
    [InlineData("/api/items/a%20b", "item a b")]
    [InlineData("/api/items/%C3%A9", "item é")]
    [InlineData("/api/items/100%25", "item 100%")]
    [InlineData("/api/items/a%26b", "item a&b")]
    [InlineData("/api/items/a%2Fb", "item a%2Fb")]
    [InlineData("/api/items/a+b", "item a+b")]
    [InlineData("/api/typed/1/99999999999/true/00000000-0000-0000-0000-000000000001", "1 99999999999 True 00000000-0000-0000-0000-000000000001")]
    public async Task Route_ThatMatches_GivesItsValues(string path, string expected) => Assert.Equal(expected, await app.Host.Http.GetStringAsync(path));

    [Theory]
    [InlineData("GET", "/api//items/x")]
    [InlineData("GET", "/api/numbered/x")]
    [InlineData("GET", "/api/nothing-here")]
    [InlineData("GET", "/Json")]
    [InlineData("DELETE", "/api/Json")]
    [InlineData("HEAD", "/api/Json")]
    [InlineData("OPTIONS", "/api/Json")]
    public async Task Route_ThatDoesNotMatch_IsAnEmpty404(string method, string path)
    {
        using var response = await app.Host.SendAsync(method, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync());
        Assert.Empty(response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("GET", "/api/shared/one", "got")]
    [InlineData("POST", "/api/shared/one", "posted")]
    [InlineData("PATCH", "/api/shared/one", "PATCH")]
    [InlineData("GET", "/api/shared/two", "GET")]
    public async Task Methods_OnOneRoute_GoToTheirFunctions_AndTheRestToALessSpecificRoute(string method, string path, string expected)
    {
        using var response = await app.Host.SendAsync(method, path);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task FlushedWrites_ReachTheCaller_WhoseLeavingCancelsTheFunction()
    {
        var id = Guid.NewGuid().ToString("N");
        using (var response = await app.Host.Http.GetAsync($"/api/streams/{id}", HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Equal("data: first", await reader.ReadLineAsync());
            Assert.True(response.Headers.TransferEncodingChunked);
        }

        await Eventually.TrueAsync(() => Task.FromResult(HttpTestFunctions.Left.TryGetValue(id, out var left) && left.Task.IsCompleted));
    }

    [Fact]
    public async Task RootOfAnOptionalParameter_TakesTheRootAlone()
    {
        await using var root = await TestApp.StartAsync([typeof(RootHttp)], null, "AzureFunctionsJobHost:extensions:http:routePrefix=");

        Assert.Equal("root", await root.Http.GetStringAsync("/"));
        using var posted = await root.SendAsync("POST", "/");
        using var below = await root.SendAsync("GET", "/below");
        Assert.Equal((404, 404), ((int)posted.StatusCode, (int)below.StatusCode));
    }

    [Fact]
    public async Task Middleware_SurroundsTheFunction_SeesItsException_AndMayRespondInItsPlace()
    {
        await using var host = await TestApp.StartAsync([typeof(HttpTestFunctions)], worker => worker.UseMiddleware(async (context, next) =>
        {
            var http = context.GetHttpContext()!;
            if (http.Request.Query.ContainsKey("refuse"))
            {
                await Results.Conflict().ExecuteAsync(http);
                return;
            }

            try
            {
                await next();
            }
            catch (InvalidOperationException exception)
            {
                http.Response.Headers["x-seen"] = exception.Message;
                await Results.Text(context.FunctionDefinition.Name, statusCode: 418).ExecuteAsync(http);
            }
        }));

        using var passed = await host.SendAsync("GET", "/api/Json");
        using var refused = await host.SendAsync("GET", "/api/Json?refuse=1");
        using var failed = await host.SendAsync("GET", "/api/Throws");

        Assert.Equal((200, 409, 418), ((int)passed.StatusCode, (int)refused.StatusCode, (int)failed.StatusCode));
        Assert.Equal("secret", Assert.Single(failed.Headers.GetValues("x-seen")));
        Assert.Equal("Throws", await failed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Function_SharesTheServicesOfItsRequest_WhichEndWithIt()
    {
        await using var host = await TestApp.StartAsync([typeof(ScopedHttp)]);

        Assert.Equal("True", await host.Http.GetStringAsync("/api/Scope"));
        await Eventually.TrueAsync(() => Task.FromResult(host.Journal.Lines.SequenceEqual(["disposed"])));
    }

    [Fact]
    public async Task TraceContext_IsTheCallers()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var seen = new TaskCompletionSource<string>();
        await using var host = await TestApp.StartAsync([typeof(HttpTestFunctions)], worker => worker.UseMiddleware((context, next) =>
        {
            seen.TrySetResult(context.TraceContext.TraceParent);
            return next();
        }));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/Json");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var response = await host.Http.SendAsync(request);

        Assert.StartsWith($"00-{trace}-", await seen.Task, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FunctionTimeout_CancelsTheFunction()
    {
        await using var host = await TestApp.StartAsync([typeof(HttpTestFunctions)], null, "AzureFunctionsJobHost:functionTimeout=00:00:00.2");

        using var response = await host.SendAsync("GET", "/api/Lingers");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    /// <summary>The app of <see cref="HttpTestFunctions"/>.</summary>
    public sealed class App : IAsyncLifetime
    {
        internal TestApp Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await TestApp.StartAsync([typeof(HttpTestFunctions)]);

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
