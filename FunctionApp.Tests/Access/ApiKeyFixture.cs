using System.Text.RegularExpressions;
using Atelier.Access.ApiKeys;
using Atelier.Persistence;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FunctionApp.Tests.Access;

/// <summary>A host in access mode ApiKey, and the command that makes its keys.</summary>
public sealed partial class ApiKeyFixture : IAsyncLifetime
{
    /// <summary>What a scraper of metrics shows.</summary>
    public const string ScrapeToken = "0123456789abcdef0123456789abcdef";

    private readonly AtelierFixture _atelier = new()
    {
        MoreSettings = new Dictionary<string, string>
        {
            // As without any configuration: EmbeddedHost alone would choose Development.
            ["Access__Mode"] = "ApiKey",
            ["Access__AllowedEmailDomains"] = "example.org, example.com",
            ["Access__Operators"] = "boss@example.org",
            ["Access__ScrapeToken"] = ScrapeToken,
        },
    };

    /// <summary>Starts it on the first call.</summary>
    internal async Task<HttpClient> StartAsync(LocalServicesFixture services) => (await _atelier.StartAsync(services)).Http;

    /// <summary>Runs the command as an administrator does: as a process.</summary>
    internal Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => _atelier.RunCommandAsync(["keys", .. arguments]);

    /// <summary>Runs the command in this process, on the same database.</summary>
    internal async Task<(int ExitCode, string Output, string Error)> KeysAsync(params string[] arguments)
    {
        await using var source = NpgsqlDataSource.Create(_atelier.Database);
        await using var db = new AtelierDbContext(
            (DbContextOptions<AtelierDbContext>)new DbContextOptionsBuilder<AtelierDbContext>().UseAtelier(source).Options);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await new KeysCommand(new ApiKeyStore(db, TimeProvider.System), output, error)
            .RunAsync(["keys", .. arguments], CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }

    internal async Task<string> CreateKeyAsync(string user, params string[] more)
    {
        var (exitCode, output, error) = await KeysAsync(["create", "--user", user, .. more]);
        Assert.True(exitCode == 0, error);
        Assert.Matches($@"\A{Key()}\r?\n\z", output);
        return output.Trim();
    }

    /// <summary>The one key in a text.</summary>
    internal static string FindKey(string text) => Assert.Single(Key().Matches(text)).Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [GeneratedRegex("atelier_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")]
    private static partial Regex Key();
}
