using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Atelier.Http;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.OpenApi.RouteTable;

/// <summary>Every response that the document names, over HTTP on a real host; a test of its own finds those without a row.</summary>
[Collection(HostsCollection.Name)]
public sealed partial class RouteTableTests(LocalServicesFixture services, RouteHost host) : IClassFixture<RouteHost>, IAsyncLifetime
{
    // Responses that cannot be provoked: nothing in these functions can fail. They would respond as all others do, by the same
    // middleware, which Operation_UnexpectedException_Is500WithoutDetails sees.
    private static readonly string[] NotToBeHad =
    [
        "GET /api/health/live 500", "GET /api/health/ready 500", "GET /api/openapi.json 500", "GET /api/docs 500", "GET /api/docs/{asset} 500",
    ];

    public static TheoryData<string> Rows => [.. RouteRows.All.Select(row => row.Key)];

    /// <summary>Responses of the middleware: 400, 401, 403 and 429 before operations that need a caller; 414 and 431 before any operation.</summary>
    public static TheoryData<string, int> BeforeAnything
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var operation in ApiContract.Operations)
            {
                foreach (var status in RefusalsOf(operation))
                    all.Add(operation.ToString(), status);
            }
            return all;
        }
    }

    public static TheoryData<string> EveryRoute => [.. Routes.All.Select(route => route.Function)];

    public Task InitializeAsync() => host.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Row_Requested_HasItsResponse(string key)
    {
        var row = RouteRows.All.Single(one => one.Key == key);
        using var request = await row.Request(host);
        Assert.Equal(row.Operation, ApiContract.Find(request.Method, Uri.UnescapeDataString(request.RequestUri!.ToString().Split('?')[0]))?.ToString());

        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.True(row.Status == (int)response.StatusCode, $"{(int)response.StatusCode} instead of {key}");
        if (row.Status >= 400)
            await response.AssertProblemAsync(row.Status, row.Body);
        else
            Assert.Equal(row.Body, response.Content.Headers.ContentType?.MediaType ?? "");
        foreach (var header in row.Headers)
            Assert.True(HasHeader(response, header.TrimStart('-')) == (header[0] != '-'), $"{header} of {key}");
    }

    [Theory]
    [MemberData(nameof(BeforeAnything))]
    public async Task Operation_RefusedByMiddleware_HasTheDocumentedResponse(string key, int status)
    {
        var operation = ApiContract.Operations.Single(one => one.ToString() == key);
        if (status == 429)
        {
            await host.ExecuteAsync(
                "INSERT INTO caller_rates VALUES ('spent@example.org', now(), 100000) ON CONFLICT (user_id) DO UPDATE SET window_start = now(), requests = 100000");
        }
        if (status == 400)
            await host.StartDevelopmentAsync();
        (var code, var caller, var client) = status switch
        {
            400 => ("validation_failed", null, host.Development),
            401 => ("unauthenticated", null, host.Http),
            403 => ("not_admitted", host.Outsider, host.Http),
            429 => ("rate_limited", host.Spent, host.Http),
            414 => ("uri_too_long", host.Ann, host.Http),
            _ => ("headers_too_large", host.Ann, host.Http),
        };
        using var request = Plain(operation, caller, status == 414 ? $"?q={new string('x', 9000)}" : "");
        if (status == 400)
            request.Headers.Add("X-User", new string('x', 201));
        if (status == 431)
            request.Headers.Add("X-Long", new string('x', 40_000));

        using var response = await client.SendAsync(request);

        await response.AssertProblemAsync(status, code);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
        Assert.Equal(status == 429, response.Headers.RetryAfter is not null);
        Assert.Equal(status == 429, response.Headers.Contains("RateLimit-Remaining"));
    }

    [Theory]
    [MemberData(nameof(EveryRoute))]
    public async Task Route_Any_HasTheHeadersOfEveryResponse(string function)
    {
        var route = Routes.Of(function);
        var method = HttpMethod.Parse(route.Methods == "*" ? "BREW" : route.Methods.Split(", ")[0]);
        var path = "/" + PathParameter().Replace(route.Path, match => match.Groups["name"].Value switch
        {
            "nothing" => "",
            "asset" => "docs.js",
            "file" => "nothing.js",
            _ => "0198c5a4-0000-7000-8000-000000000000",
        });
        (string, string) origin = ("Origin", RouteHost.Page);

        using var response = await host.Http.SendAsync(RouteHost.Send(method, path, host.Ann, body: null, origin), HttpCompletionOption.ResponseHeadersRead);
        using var tooLong = await host.Http.SendAsync(RouteHost.Send(method, $"{path}?q={new string('x', 9000)}", host.Ann, body: null, origin));
        using var preflight = await host.Http.SendAsync(
            RouteHost.Send(HttpMethod.Options, path, key: null, body: null, origin, ("Access-Control-Request-Method", method.Method)));

        await tooLong.AssertProblemAsync(414, "uri_too_long");
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("POST, GET, HEAD, PATCH, DELETE, PUT", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal(route.Access != RouteAccess.Anyone, response.Headers.Contains("RateLimit-Remaining"));
        Assert.All([response, tooLong, preflight], each =>
        {
            Assert.Equal("nosniff", each.Header("X-Content-Type-Options"));
            Assert.Equal("DENY", each.Header("X-Frame-Options"));
            Assert.Contains("frame-ancestors 'none'", each.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("no-referrer", each.Header("Referrer-Policy"));
            Assert.Equal("max-age=31536000", each.Header("Strict-Transport-Security"));
            Assert.NotNull(each.Headers.CacheControl);
            Assert.NotEmpty(each.Header("X-Request-Id"));
            Assert.Equal(RouteHost.Page, each.Header("Access-Control-Allow-Origin"));
            Assert.Contains("Origin", each.Headers.Vary);
        });
        if (method == HttpMethod.Get)
        {
            using var head = await host.Http.SendAsync(RouteHost.Send(HttpMethod.Head, path, host.Ann, body: null, origin));
            Assert.Equal(response.StatusCode, head.StatusCode);
            Assert.Equal(response.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal("nosniff", head.Header("X-Content-Type-Options"));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
        if ((int)response.StatusCode >= 400)
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Operation_OnAnotherCallersData_Is404()
    {
        ApiOperation[] withId = [.. ApiContract.Operations.Where(operation => !IsPublic(operation) && operation.Path.Contains("{id}", StringComparison.Ordinal)
            && !operation.Path.StartsWith("/api/reports/", StringComparison.Ordinal))];
        Assert.Equal(20, withId.Length);
        foreach (var operation in withId)
        {
            using var request = Plain(operation, host.Ben);
            using var response = await host.Http.SendAsync(request);
            await response.AssertProblemAsync(404, "not_found");
        }
        // And nothing has been deleted.
        Assert.NotEmpty(await host.TagAsync($"/api/campaigns/{host.Complete}/images/0"));
    }

    [Fact]
    public async Task Method_UnknownToTheRoute_Is404()
    {
        string[] methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"];
        foreach (var path in ApiContract.Operations.GroupBy(operation => operation.Path))
        {
            string[] known = [.. path.Select(operation => operation.Method.Method)];
            foreach (var method in methods.Except(known).Where(method => method != "HEAD" || !known.Contains("GET")))
            {
                using var request = Plain(path.First(), host.Ann);
                request.Method = HttpMethod.Parse(method);
                using var response = await host.Http.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.NotFound, $"{method} {path.Key}: {response.StatusCode}");
                if (method != "HEAD")
                    await response.AssertProblemAsync(404, "not_found");
            }
        }
    }

    [Fact]
    public async Task Operation_WhileTheDatabaseIsAway_Is503()
    {
        HttpRequestMessage[] requests = [.. Unavailable.Select(Of)];
        await host.AllowConnectionsAsync(allow: false);
        try
        {
            foreach (var request in requests)
            {
                using var response = await host.Http.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{request.RequestUri}: {response.StatusCode}");
                if (request.RequestUri!.AbsolutePath == "/api/health/ready")
                    continue;
                await response.AssertProblemAsync(503, "database_unavailable");
                Assert.Equal("5", response.Header("Retry-After"));
            }
        }
        finally
        {
            await host.AllowConnectionsAsync(allow: true);
            await Eventually.TrueAsync(async () => (await host.Http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Operation_UnexpectedException_Is500WithoutDetails()
    {
        HttpRequestMessage[] requests = [.. Failing.Select(Of)];
        await host.ExecuteAsync("ALTER TABLE api_keys RENAME TO api_keys_away; ALTER TABLE campaign_images RENAME TO campaign_images_away; "
            + "ALTER TABLE campaign_shares RENAME TO campaign_shares_away");
        try
        {
            foreach (var request in requests)
            {
                using var response = await host.Http.SendAsync(request);
                var problem = await response.AssertProblemAsync(500, "internal_error");
                Assert.DoesNotContain("api_keys", problem.ToJsonString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            await host.ExecuteAsync("ALTER TABLE api_keys_away RENAME TO api_keys; ALTER TABLE campaign_images_away RENAME TO campaign_images; "
                + "ALTER TABLE campaign_shares_away RENAME TO campaign_shares");
        }
    }

    [Fact]
    public async Task Document_EveryResponseOfEveryOperation_HasARow()
    {
        var served = JsonNode.Parse(await host.Http.GetStringAsync("/api/openapi.json"))!;
        HashSet<string> asked =
        [
            .. RouteRows.All.Select(row => $"{row.Operation} {row.Status}"),
            .. ApiContract.Operations.SelectMany(operation => RefusalsOf(operation).Select(status => $"{operation} {status}")),
            .. Unavailable.Select(operation => $"{operation} 503"),
            .. Failing.Select(operation => $"{operation} 500"),
        ];

        string[] documented = [.. served["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .SelectMany(operation => operation.Value!["responses"]!.AsObject()
                .Select(response => $"{operation.Key.ToUpperInvariant()} {path.Key} {response.Key}")))];

        Assert.Empty(documented.Except(asked).Except(NotToBeHad));
        Assert.Empty(asked.Concat(NotToBeHad).Except(documented));
    }

    private static IEnumerable<ApiOperation> Unavailable => ApiContract.Operations.Where(operation =>
        !IsPublic(operation) || IsCallback(operation) || IsShared(operation) || operation.Path == "/api/health/ready");

    private static IEnumerable<ApiOperation> Failing => ApiContract.Operations.Where(operation =>
        !IsPublic(operation) || IsCallback(operation) || IsShared(operation));

    private static int[] RefusalsOf(ApiOperation operation) => IsPublic(operation) ? [414, 431] : [400, 401, 403, 414, 429, 431];

    private static bool IsPublic(ApiOperation operation) => operation.Json["security"] is JsonArray { Count: 0 };

    private static bool IsCallback(ApiOperation operation) => operation.Path.StartsWith("/api/callbacks/", StringComparison.Ordinal);

    private static bool IsShared(ApiOperation operation) => operation.Path.StartsWith("/api/shared/", StringComparison.Ordinal);

    private static bool HasHeader(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.Contains(name) || response.Content.Headers.NonValidated.Contains(name);

    private HttpRequestMessage Of(ApiOperation operation) => IsCallback(operation)
        ? RouteHost.Report($"/api/callbacks/callback/{host.Complete}/image/0", """{"id":"job","status":"running"}""")
        : Plain(operation, IsPublic(operation) ? null : host.Ann);

    [GeneratedRegex(@"\{\*?(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex PathParameter();

    // A request of an operation with existing ids.
    private HttpRequestMessage Plain(ApiOperation operation, string? key, string query = "")
    {
        var path = operation.Path
            .Replace("{id}", operation.Path.StartsWith("/api/webhooks", StringComparison.Ordinal) ? host.Webhook : host.Complete, StringComparison.Ordinal)
            .Replace("{token}", host.Token, StringComparison.Ordinal)
            .Replace("{index}", "0", StringComparison.Ordinal)
            .Replace("{asset}", "docs.js", StringComparison.Ordinal)
            .Replace("{provider}/{campaignId}/{part}", $"callback/{host.Complete}/image/0", StringComparison.Ordinal);
        return RouteHost.Send(operation.Method, path + query, key, BodyOf(operation));
    }

    // What an operation that changes something needs before it looks for it.
    private static JsonObject? BodyOf(ApiOperation operation) => operation.Method.Method switch
    {
        "PATCH" => [],
        "PUT" => new JsonObject { ["version"] = 1 },
        _ => null,
    };
}
