using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Http;

/// <summary>Requests and responses in the worker's own terms, as on the official worker with ASP.NET Core.</summary>
public sealed class RequestDataTests(RequestDataTests.App app) : IClassFixture<RequestDataTests.App>
{
    [Fact]
    public async Task Request_IsRead_AndTheResponseIsWritten()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/data/echo/a%20b?q=one") { Content = new StringContent("text") };
        request.Headers.Add("Cookie", "c=v");
        using var answer = await app.Host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("POST /api/data/echo/a%20b one a b v", Assert.Single(answer.Headers.GetValues("x-seen")));
        Assert.Equal("text", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/api/data/json", """{"name":"a","COUNT":1}""", """{"Name":"a","Count":2}""", "application/json; charset=utf-8")]
    [InlineData("/api/data/own", """{"name":"a","count":1}""", """{"name":"a","count":1}""", "application/vnd.own+json")]
    public async Task Json_IsTheWorkers_UnlessASerializerIsGiven(string path, string body, string expected, string contentType)
    {
        using var answer = await app.Host.SendAsync("POST", path, body);

        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Json_IsWrittenByConfiguredOptions()
    {
        await using var host = await FunctionHost.StartAsync([typeof(RequestDataFunctions)], builder =>
            builder.Services.Configure<JsonSerializerOptions>(json => json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase));
        using var answer = await host.SendAsync("POST", "/api/data/json", """{"name":"a","count":1}""");

        Assert.Equal("""{"name":"a","count":2}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SecondContentType_IsAnEmpty500()
    {
        using var answer = await app.Host.SendAsync("GET", "/api/data/two");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task SynchronousBody_IsA500_UnlessTheServerAllowsIt()
    {
        using var refused = await app.Host.SendAsync("POST", "/api/data/sync", "\"x\"");
        await using var host = await FunctionHost.StartAsync(
            [typeof(RequestDataFunctions)], builder => builder.Services.Configure<KestrelServerOptions>(server => server.AllowSynchronousIO = true));
        using var allowed = await host.SendAsync("POST", "/api/data/sync", "\"x\"");

        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Equal("\"x\"!?", await allowed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SynchronousBody_IsFineWithoutAspNetCoresTypes()
    {
        await using var host = await FunctionHost.StartPlainAsync([typeof(PlainFunctions)]);
        using var answer = await host.SendAsync("POST", "/api/data/sync", "\"x\"");

        Assert.Equal("\"x\"!?", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Cookies_AreSet()
    {
        using var answer = await app.Host.SendAsync("GET", "/api/data/cookies");

        Assert.Equal(
            ["plain=1; path=/", "set=2; path=/x; secure; samesite=none; httponly"],
            answer.Headers.GetValues("Set-Cookie"));
    }

    [Theory]
    [InlineData("/api/data/holds")]
    [InlineData("/api/data/response")]
    public async Task Result_ThatHoldsTheAnswerInAProperty_IsAnsweredWithIt(string path)
    {
        using var answer = await app.Host.SendAsync("GET", path);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("held", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The app of <see cref="RequestDataFunctions"/>.</summary>
    public sealed class App : IAsyncLifetime
    {
        internal FunctionHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await FunctionHost.StartAsync([typeof(RequestDataFunctions)]);

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
