using EmbeddedHost;
using EmbeddedHost.Configuration;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FunctionApp.Tests.EmbeddedHost;

/// <summary>host.json and local.settings.json.</summary>
public sealed class ConfigurationFilesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void HostJson_IsRead_AndOverriddenBySettings()
    {
        var host = ReadHost(
            """
            {
              "functionTimeout": "00:05:00",
              "logging": { "logLevel": { "default": "Warning", "Some.Category": "debug" } },
              "extensions": {
                "http": { "routePrefix": "/v1/" },
                "durableTask": { "hubName": "Hub%Suffix%", "maxConcurrentActivityFunctions": 7, "defaultVersion": "2.0", "versionFailureStrategy": "Fail" }
              }
            }
            """,
            ("AzureFunctionsJobHost:extensions:durableTask:maxConcurrentActivityFunctions", "8"),
            ("Suffix", "One"));

        Assert.Equal(("v1", TimeSpan.FromMinutes(5), "HubOne", 8), (host.RoutePrefix, host.FunctionTimeout!.Value, host.HubName, host.MaxConcurrentActivities));
        Assert.Equal((LogLevel.Warning, LogLevel.Debug), (host.LogLevels["default"], host.LogLevels["Some.Category"]));
        Assert.Equal(
            ("2.0", "2.0", DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder, DurableTaskWorkerOptions.VersionFailureStrategy.Fail),
            (host.Versioning!.Version, host.Versioning.DefaultVersion, host.Versioning.MatchStrategy, host.Versioning.FailureStrategy));
    }

    [Fact]
    public void HostJson_WithNothingInIt_HasTheOfficialDefaults()
    {
        var host = ReadHost("""{ "version": "2.0", "functionTimeout": "-1" }""");

        Assert.Equal(("api", null, null), (host.RoutePrefix, host.FunctionTimeout, host.Versioning));
    }

    [Theory]
    [InlineData("""{ "functionTimeout": "soon" }""", "functionTimeout")]
    [InlineData("""{ "logging": { "logLevel": { "default": "Loud" } } }""", "logging.logLevel.default")]
    [InlineData("""{ "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 0 } } }""", "maxConcurrentActivityFunctions")]
    [InlineData("""{ "extensions": { "durableTask": { "defaultVersion": "1", "versionMatchStrategy": "Exact" } } }""", "versionMatchStrategy")]
    [InlineData("""{ "extensions": { "durableTask": { "hubName": "%Nowhere%" } } }""", "'%Nowhere%'")]
    [InlineData("{ nonsense", "cannot be read")]
    public void HostJson_ThatIsWrong_EndsTheStart_NamingWhatIs(string json, string named) =>
        Assert.Contains(named, Assert.Throws<HostFailure>(() => ReadHost(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void LocalSettings_AreEnvironmentVariables()
    {
        File.WriteAllText(_file, """{ "IsEncrypted": false, "Values": { "A__B": "1", "C:D": "2" }, "ConnectionStrings": { "Postgres": "Host=db" } }""");

        Assert.Equal(
            new Dictionary<string, string> { ["A__B"] = "1", ["C__D"] = "2", ["ConnectionStrings__Postgres"] = "Host=db" },
            new Dictionary<string, string>(LocalSettings.Read(_file)));
    }

    [Fact]
    public void LocalSettings_ThatAreEncrypted_EndTheStart()
    {
        File.WriteAllText(_file, """{ "IsEncrypted": true, "Values": {} }""");

        Assert.Contains("is encrypted", Assert.Throws<HostFailure>(() => LocalSettings.Read(_file)).Message, StringComparison.Ordinal);
    }

    private HostJson ReadHost(string json, params (string Name, string Value)[] settings)
    {
        File.WriteAllText(_file, json);
        return HostJson.Read(_file, new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());
    }
}
