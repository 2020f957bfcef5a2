using System.Net;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Access;

/// <summary>Access mode ApiKey over HTTP, with keys that the command has made.</summary>
[Collection(HostsCollection.Name)]
public sealed class ApiKeyTests(LocalServicesFixture services, ApiKeyFixture app) : IClassFixture<ApiKeyFixture>, IAsyncLifetime
{
    private HttpClient _http = null!;

    public async Task InitializeAsync() => _http = await app.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("GET", "/api/me")]
    [InlineData("GET", "/api/campaigns")]
    [InlineData("POST", "/api/campaigns")]
    [InlineData("GET", "/api/campaigns/0198c5a4-0000-7000-8000-000000000000")]
    [InlineData("GET", "/api/campaigns/0198c5a4-0000-7000-8000-000000000000/images/0")]
    public async Task Request_WithoutAKey_Is401WithAChallenge(string method, string path)
    {
        using var response = await _http.SendAsync(new HttpMethod(method), path, [("X-User", "ann@example.org")]);

        await response.AssertProblemAsync(401, "unauthenticated");
        Assert.Equal("Bearer realm=\"Atelier\"", response.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Metrics_AreForOperatorsAndTheScraper()
    {
        using var nobody = await _http.GetAsync("/api/metrics");
        using var caller = await _http.GetAsync("/api/metrics", ("Authorization", $"Bearer {await app.CreateKeyAsync("ann@example.org")}"));
        using var boss = await _http.GetAsync("/api/metrics", ("Authorization", $"Bearer {await app.CreateKeyAsync("boss@example.org")}"));
        using var scraper = await _http.GetAsync("/api/metrics", ("Authorization", $"Bearer {ApiKeyFixture.ScrapeToken}"));
        using var wrong = await _http.GetAsync("/api/metrics", ("Authorization", $"Bearer {ApiKeyFixture.ScrapeToken}0"));
        using var elsewhere = await _http.GetAsync("/api/dead-letters", ("Authorization", $"Bearer {ApiKeyFixture.ScrapeToken}"));

        await nobody.AssertProblemAsync(401, "unauthenticated");
        await caller.AssertProblemAsync(403, "operators_only");
        Assert.Equal(HttpStatusCode.OK, boss.StatusCode);
        Assert.Equal(HttpStatusCode.OK, scraper.StatusCode);
        await wrong.AssertProblemAsync(401, "invalid_credentials");
        await elsewhere.AssertProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task Headers_OfOtherAccessModes_AreIgnored()
    {
        var principal = Convert.ToBase64String(
            """{"auth_typ":"aad","claims":[{"typ":"oid","val":"1"},{"typ":"preferred_username","val":"boss@example.org"}]}"""u8);

        using var response = await _http.GetAsync(
            "/api/me", ("X-MS-CLIENT-PRINCIPAL", principal), ("X-MS-CLIENT-PRINCIPAL-ID", "1"), ("X-User", "boss@example.org"));

        await response.AssertProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Key_InEitherHeader_IdentifiesItsUser()
    {
        var key = await app.CreateKeyAsync("ann@example.org");

        using var bearer = await _http.GetAsync("/api/me", ("Authorization", $"Bearer {key}"));
        using var header = await _http.GetAsync("/api/me", ("X-Api-Key", key), ("X-User", "boss@example.org"));

        var me = await bearer.ReadAsync();
        Assert.Equal("ann@example.org", (string)me["userId"]!);
        Assert.False((bool)me["operator"]!);
        Assert.Equal("ann@example.org", (string)(await header.ReadAsync())["userId"]!);
    }

    [Fact]
    public async Task Me_WithDefaultSettings_ShowsTheDefaultLimits()
    {
        var key = await app.CreateKeyAsync("limits@example.org");

        using var response = await _http.GetAsync("/api/me", ("X-Api-Key", key));

        var limits = (await response.ReadAsync())["limits"]!;
        Assert.Equal((600, 599), ((int)limits["requestsPerMinute"]!["limit"]!, (int)limits["requestsPerMinute"]!["remaining"]!));
        Assert.Equal((50, 50), ((int)limits["running"]!["limit"]!, (int)limits["running"]!["remaining"]!));
        Assert.Equal((1000, 1000), ((int)limits["campaignsPerDay"]!["limit"]!, (int)limits["campaignsPerDay"]!["remaining"]!));
    }

    [Fact]
    public async Task Key_Invalid_Is401()
    {
        var key = await app.CreateKeyAsync("ann@example.org");
        var otherSecret = $"{key[..^1]}{(key[^1] == 'A' ? 'B' : 'A')}";
        var otherId = key.Replace(key[8..24], "0000000000000000", StringComparison.Ordinal);
        (string, string)[][] wrong =
        [
            [("X-Api-Key", otherSecret)], [("X-Api-Key", otherId)], [("X-Api-Key", key[..24])], [("X-Api-Key", $"{key}0")], [("X-Api-Key", "")],
            [("Authorization", key)], [("Authorization", "Bearer ")], [("Authorization", "Basic YTpi")], [("Authorization", $"Bearer {key} {key}")],
            [("Authorization", $"Bearer {key}"), ("X-Api-Key", key)],
            [("X-Api-Key", "' OR 1=1 --")],
        ];

        foreach (var headers in wrong)
        {
            using var response = await _http.GetAsync("/api/me", headers);
            await response.AssertProblemAsync(401, "invalid_credentials");
            Assert.Contains("error=\"invalid_token\"", response.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Command_CreateAndRevoke_TakeEffectAtOnce()
    {
        var created = await app.RunAsync("create", "--user", "process@example.org");
        var key = ApiKeyFixture.FindKey(created.Output);
        using var before = await _http.GetAsync("/api/me", ("X-Api-Key", key));

        var revoked = await app.RunAsync("revoke", key[8..24]);
        using var after = await _http.GetAsync("/api/me", ("X-Api-Key", key));

        Assert.Equal((0, 0), (created.ExitCode, revoked.ExitCode));
        Assert.Equal("process@example.org", (string)(await before.ReadAsync())["userId"]!);
        await after.AssertProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task KeysList_ShowsUserLastUseAndState_AndNoSecret()
    {
        var used = await app.CreateKeyAsync("used@example.org", "--operator");
        var unused = await app.CreateKeyAsync("unused@example.org");
        var revoked = await app.CreateKeyAsync("revoked@example.org");
        await app.KeysAsync("revoke", revoked[8..24]);
        using var call = await _http.GetAsync("/api/me", ("X-Api-Key", used));

        var (exitCode, output, _) = await app.KeysAsync("list");

        Assert.Equal(0, exitCode);
        Assert.Matches($@"{used[8..24]}  \S+Z  \S+Z  operator  used@example\.org", output);
        Assert.Matches($@"{unused[8..24]}  \S+Z  never +active +unused@example\.org", output);
        Assert.Matches($@"{revoked[8..24]}  \S+Z  never +revoked +revoked@example\.org", output);
        Assert.DoesNotContain(used[25..], output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfAUserOutsideTheAllowedDomains_Is403()
    {
        foreach (var user in (string[])["eve@example.net", "eve@evil-example.org", "eve@example.org.evil.net", "eve"])
        {
            using var response = await _http.GetAsync("/api/me", ("X-Api-Key", await app.CreateKeyAsync(user)));
            await response.AssertProblemAsync(403, "not_admitted");
        }
    }

    [Fact]
    public async Task Operator_ByConfigurationOrByKey_IsAdmitted()
    {
        using var named = await _http.GetAsync("/api/me", ("X-Api-Key", await app.CreateKeyAsync("boss@example.org")));
        using var byKey = await _http.GetAsync("/api/me", ("X-Api-Key", await app.CreateKeyAsync("op@example.com", "--operator")));

        Assert.True((bool)(await named.ReadAsync())["operator"]!);
        Assert.True((bool)(await byKey.ReadAsync())["operator"]!);
    }

    [Fact]
    public async Task Campaign_OfAnotherUser_Is404EvenForAnOperator()
    {
        var ann = await app.CreateKeyAsync("ann@example.org");
        var others = new[] { await app.CreateKeyAsync("ben@example.org"), await app.CreateKeyAsync("op@example.com", "--operator") };
        using var posted = await _http.PostCampaignAsync(("X-Api-Key", ann));
        var path = posted.Headers.Location!.ToString();

        using var own = await _http.GetAsync(path, ("X-Api-Key", ann));
        Assert.Equal(200, (int)own.StatusCode);
        foreach (var other in others)
        {
            foreach (var hidden in (string[])[path, $"{path}?wait=1", $"{path}/images/0"])
            {
                using var response = await _http.GetAsync(hidden, ("X-Api-Key", other));
                await response.AssertProblemAsync(404, "not_found");
            }

            using var list = await _http.GetAsync("/api/campaigns", ("X-Api-Key", other));
            Assert.Empty((await list.ReadAsync())["items"]!.AsArray());
        }
    }

    [Theory]
    [InlineData("create")]
    [InlineData("create", "--user")]
    [InlineData("create", "--user", " ")]
    [InlineData("create", "--nobody", "ann")]
    [InlineData("revoke", "0000000000000000")]
    [InlineData("revoke", "' OR 1=1 --")]
    [InlineData("burn")]
    public async Task Command_Invalid_PrintsWhyAndFails(params string[] arguments)
    {
        var (exitCode, output, error) = await app.KeysAsync(arguments);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.NotEqual("", error.Trim());
    }
}
