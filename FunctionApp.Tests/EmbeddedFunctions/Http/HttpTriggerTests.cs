using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.EmbeddedFunctions.Http;

/// <summary>HTTP functions answer as on the official host.</summary>
public sealed class HttpTriggerTests(HttpTriggerTests.App app) : IClassFixture<HttpTriggerTests.App>
{
    private const string Json = """{"name":"a","COUNT":2,"color":1}""";

    [Theory]
    [InlineData("ReturnsText")]
    [InlineData("ReturnsNumber")]
    [InlineData("ReturnsRecord")]
    [InlineData("ReturnsNull")]
    [InlineData("ReturnsNothing")]
    public async Task Result_OfAnotherKind_IsNotWritten(string function)
    {
        using var answer = await app.Host.SendAsync("GET", $"/api/{function}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("OkText", "text/plain; charset=utf-8", "text")]
    [InlineData("OkRecord", "application/json; charset=utf-8", """{"name":"a","count":1,"color":1}""")]
    [InlineData("TypedRecord", "application/json; charset=utf-8", """{"name":"a","count":1,"color":1}""")]
    public async Task Result_WithABody_IsWrittenByItsKind(string function, string contentType, string body)
    {
        using var answer = await app.Host.SendAsync("GET", $"/api/{function}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        if (function == "OkRecord") Assert.True(answer.Headers.TransferEncodingChunked);
        Assert.Equal("Kestrel", answer.Headers.Server.ToString());
        Assert.NotNull(answer.Headers.Date);
    }

    [Fact]
    public async Task Result_WithoutABody_HasNoContent()
    {
        using var none = await app.Host.SendAsync("GET", "/api/OkNull");
        using var status = await app.Host.SendAsync("GET", "/api/NoContent");

        Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        Assert.Equal(418, (int)status.StatusCode);
        Assert.Equal(0, status.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task EmptyResult_AfterOwnWriting_KeepsIt()
    {
        using var answer = await app.Host.SendAsync("GET", "/api/WritesItself");

        Assert.Equal(207, (int)answer.StatusCode);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-own")));
        Assert.Equal("own", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Exception_IsAnEmpty500()
    {
        using var answer = await app.Host.SendAsync("GET", "/api/Throws");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
        Assert.False(answer.Headers.Contains("x-half"));
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
    public async Task Route_ThatMatches_GivesItsValues(string path, string expected) =>
        Assert.Equal(expected, await app.Host.Client.GetStringAsync(path));

    [Theory]
    [InlineData("GET", "/api//items/x")]
    [InlineData("GET", "/api/numbered/x")]
    [InlineData("GET", "/api/item")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("DELETE", "/api/shared")]
    [InlineData("HEAD", "/api/OkText")]
    [InlineData("OPTIONS", "/api/OkText")]
    [InlineData("POST", "/api/FunctionLevel")]
    public async Task Route_ThatDoesNotMatch_Is404Empty(string method, string path)
    {
        using var answer = await app.Host.SendAsync(method, path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsStringAsync());
        Assert.Empty(answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task RouteValue_ThatDoesNotConvert_IsAnEmpty500()
    {
        using var answer = await app.Host.SendAsync("GET", "/api/typed/x/1/true/00000000-0000-0000-0000-000000000001");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("GET", "/api/shared", "got")]
    [InlineData("POST", "/api/shared", "posted")]
    [InlineData("PATCH", "/api/EveryMethod", "PATCH")]
    [InlineData("DELETE", "/api/EveryMethod", "DELETE")]
    public async Task Methods_OnOneRoute_GoToTheirFunctions(string method, string path, string expected)
    {
        using var answer = await app.Host.SendAsync(method, path);

        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task FromBody_OfJson_ReadsNamesInAnyCase()
    {
        using var answer = await app.Host.SendAsync("POST", "/api/TakesBody", Json);

        Assert.Equal("a 2 Green", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("{", "application/json")]
    [InlineData("""{"name":"a","count":"many","color":1}""", "application/json")]
    [InlineData("""{"name":"a","count":1,"color":"Green"}""", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData(Json, "text/plain")]
    [InlineData(Json, null)]
    public async Task FromBody_OfAnythingElse_IsAnEmpty500(string body, string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (contentType is not null) content.Headers.ContentType = new(contentType);
        using var answer = await app.Host.Client.PostAsync("/api/TakesBody", content);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("FunctionLevel", null, 401)]
    [InlineData("FunctionLevel", "wrong", 401)]
    [InlineData("FunctionLevel", FunctionHost.HostKey, 200)]
    [InlineData("FunctionLevel", FunctionHost.MasterKey, 200)]
    [InlineData("FunctionLevel", "own-key", 200)]
    [InlineData("AdminLevel", null, 401)]
    [InlineData("AdminLevel", FunctionHost.HostKey, 401)]
    [InlineData("AdminLevel", "own-key", 401)]
    [InlineData("AdminLevel", FunctionHost.MasterKey, 200)]
    public async Task Key_ByQueryOrHeader_OpensItsLevel(string function, string? key, int expected)
    {
        using var byQuery = await app.Host.SendAsync("GET", $"/api/{function}{(key is null ? "" : $"?code={key}")}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{function}");
        if (key is not null) request.Headers.Add("x-functions-key", key);
        using var byHeader = await app.Host.Client.SendAsync(request);

        Assert.Equal(expected, (int)byQuery.StatusCode);
        Assert.Equal(expected, (int)byHeader.StatusCode);
        if (expected == 401) Assert.Equal(0, byQuery.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Body_Of5MbIsTaken_40MbIsA500()
    {
        using var fits = await app.Host.Client.PostAsync("/api/Length", new ByteArrayContent(new byte[5_000_000]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/Length") { Content = new ByteArrayContent(new byte[40_000_000]) };
        request.Headers.ExpectContinue = true;
        using var tooLarge = await app.Host.Client.SendAsync(request);

        Assert.Equal("5000000", await fits.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, tooLarge.StatusCode);
    }

    [Fact]
    public async Task FlushedWrites_ReachTheCaller_WhoseLeavingCancelsTheFunction()
    {
        var id = Guid.NewGuid().ToString("N");
        using var answer = await app.Host.Client.GetAsync($"/api/streams/{id}", HttpCompletionOption.ResponseHeadersRead);
        await using (var stream = await answer.Content.ReadAsStreamAsync())
        {
            using var reader = new StreamReader(stream);
            Assert.Equal("data: first", await reader.ReadLineAsync());
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
            Assert.True(answer.Headers.TransferEncodingChunked);
        }

        await Eventually.TrueAsync(() => Task.FromResult(
            HttpFunctions.Aborted.TryGetValue(id, out var aborted) && aborted.Task.IsCompleted));
    }

    [Fact]
    public async Task FunctionContext_HoldsTheRequestsData() => Assert.Equal(
        "True True one two True True True True True True http True", await app.Host.Client.GetStringAsync("/api/context/two?q=one"));

    [Fact]
    public async Task ForwardedHeaders_OfACaller_DoNotReachTheFunction()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/forwarded");
        foreach (var (name, value) in new[] { ("X-Forwarded-For", "9.9.9.9"), ("X-Forwarded-Host", "other"), ("X-Forwarded-Proto", "https") })
        {
            request.Headers.Add(name, value);
        }

        using var answer = await app.Host.Client.SendAsync(request);

        Assert.Equal($"http {app.Host.Client.BaseAddress!.Authority} 127.0.0.1 0", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task HostPages_AnswerWhereTheAppDoesNot()
    {
        using var home = await app.Host.SendAsync("GET", "/");
        using var admin = await app.Host.SendAsync("GET", "/admin/host/status");

        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        Assert.NotEmpty(await home.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, admin.StatusCode);
    }

    [Theory]
    [InlineData("true", HttpStatusCode.NoContent)]
    [InlineData("TRUE", HttpStatusCode.NoContent)]
    [InlineData("1", HttpStatusCode.OK)]
    public async Task HostsHomePage_IsDisabledByItsSetting(string disable, HttpStatusCode expected)
    {
        await using var host = await FunctionHost.StartAsync([typeof(HttpFunctions)], null, $"AzureWebJobsDisableHomepage={disable}");

        using var home = await host.SendAsync("GET", "/");

        Assert.Equal(expected, home.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("true")]
    public async Task RootOfAnOptionalParameter_TakesTheRootAlone_BeforeTheHostsPage(string disable)
    {
        await using var host = await FunctionHost.StartAsync(
            [typeof(RootFunctions)], null, "AzureFunctionsJobHost:extensions:http:routePrefix=", $"AzureWebJobsDisableHomepage={disable}");

        using var root = await host.SendAsync("GET", "/");
        using var posted = await host.SendAsync("POST", "/");
        using var below = await host.SendAsync("GET", "/below");

        Assert.Equal("root", await root.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, below.StatusCode);
    }

    /// <summary>An app with a function at its root.</summary>
    public static class RootFunctions
    {
        [Function("Root")]
        public static IActionResult Root([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{nothing:maxlength(0)?}")] HttpRequest request) =>
            new OkObjectResult("root");
    }

    /// <summary>The app of <see cref="HttpFunctions"/>.</summary>
    public sealed class App : IAsyncLifetime
    {
        internal FunctionHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await FunctionHost.StartAsync(
            [typeof(HttpFunctions)], null, "EmbeddedFunctions:Keys:Functions:FunctionLevel=own-key");

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
