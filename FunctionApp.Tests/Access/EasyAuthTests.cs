using System.Text;
using System.Text.Json;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Access;

/// <summary>Access mode EasyAuth over HTTP, with platform authentication on and off.</summary>
[Collection(HostsCollection.Name)]
public sealed class EasyAuthTests(LocalServicesFixture services) : IAsyncLifetime
{
    private const string Header = "X-MS-CLIENT-PRINCIPAL";
    private const string Own = "https://atelier.example.org";

    private readonly AtelierFixture _atelier = new()
    {
        MoreSettings = new Dictionary<string, string>
        {
            ["Access__Mode"] = "EasyAuth",
            ["Access__AllowedEmailDomains"] = "example.org",
            ["Access__Operators"] = "Boss@Example.org",
            ["WEBSITE_AUTH_ENABLED"] = "True",
            ["PublicUrl"] = Own,
        },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Request_PlatformAuthenticationOn_OnlyThePrincipalIdentifiesTheCaller()
    {
        var http = (await _atelier.StartAsync(services)).Http;

        using var ann = await http.GetAsync("/api/me", (Header, Principal("aad", ("oid", "1-2-3"), ("preferred_username", "ann@example.org"))));
        var me = await ann.ReadAsync();
        Assert.Equal("max-age=31536000", ann.Header("Strict-Transport-Security"));
        Assert.Equal(("aad:1-2-3", "ann@example.org", false), ((string)me["userId"]!, (string)me["email"]!, (bool)me["operator"]!));

        using var boss = await http.GetAsync("/api/me", (Header, Principal("aad", ("oid", "4"), ("preferred_username", "boss@example.org"))));
        Assert.True((bool)(await boss.ReadAsync())["operator"]!);

        using var nobody = await http.GetAsync("/api/me", ("X-User", "ann"), ("X-MS-CLIENT-PRINCIPAL-NAME", "ann@example.org"));
        await nobody.AssertProblemAsync(401, "unauthenticated");
        using var elsewhere = await http.GetAsync("/api/me", (Header, Principal("aad", ("oid", "5"), ("preferred_username", "eve@example.net"))));
        await elsewhere.AssertProblemAsync(403, "not_admitted");
        using var unverified = await http.GetAsync("/api/me", (Header, Principal("google", ("sub", "6"), ("email", "eve@example.org"))));
        await unverified.AssertProblemAsync(403, "not_admitted");

        foreach (var wrong in (string[])["nonsense", "bnVsbA==", "W10=", "e30=", Principal("aad"), Principal("", ("oid", "7"))])
        {
            using var response = await http.GetAsync("/api/me", (Header, wrong));
            await response.AssertProblemAsync(401, "invalid_credentials");
        }

        await AssertCrossSiteChangesAreRefusedAsync(http);
    }

    [Fact]
    public async Task Start_PlatformAuthenticationOff_IsRefused()
    {
        var settings = new Dictionary<string, string>(_atelier.MoreSettings)
        {
            ["WEBSITE_AUTH_ENABLED"] = "False",
            ["ConnectionStrings__Postgres"] = await services.CreateDatabaseAsync(),
            ["AzureWebJobsStorage"] = services.StorageConnectionString,
        };

        var (exitCode, output) = await HostProcess.RunAsync(settings, "--urls", "http://127.0.0.1:7171");

        Assert.Equal(1, exitCode);
        Assert.Contains("Access:Mode", Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static async Task AssertCrossSiteChangesAreRefusedAsync(HttpClient http)
    {
        (string, string) ann = (Header, Principal("aad", ("oid", "1-2-3"), ("preferred_username", "ann@example.org")));
        foreach (var origin in (string[])["https://evil.example.net", "null", "https://atelier.example.org.evil.net", "http://localhost:3000", "http://atelier.example.org", "atelier.example.org", "atelier.example.org:443", "//atelier.example.org", "file:///etc/hosts"])
        {
            using var response = await http.PostCampaignAsync(ann, ("Origin", origin));
            await response.AssertProblemAsync(403, "cross_site_request");
        }

        // Behind the platform's proxy the request is plain HTTP; the page is not.
        using var plain = await http.PostCampaignAsync(ann, ("Origin", http.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        await plain.AssertProblemAsync(403, "cross_site_request");
        using var own = await http.PostCampaignAsync(ann, ("Origin", Own));
        using var sameHost = await http.PostCampaignAsync(ann, ("Origin", $"https://{http.BaseAddress.Authority}"));
        using var reading = await http.GetAsync("/api/campaigns", ann, ("Origin", "https://evil.example.net"));
        Assert.Equal((202, 202, 200), ((int)own.StatusCode, (int)sameHost.StatusCode, (int)reading.StatusCode));
    }

    private static string Principal(string provider, params (string Type, string Value)[] claims) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            auth_typ = provider,
            claims = claims.Select(claim => new { typ = claim.Type, val = claim.Value }),
            name_typ = "name",
            role_typ = "roles",
        })));
}
