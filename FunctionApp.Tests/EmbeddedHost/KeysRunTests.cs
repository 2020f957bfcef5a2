using System.Net;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EmbeddedHost;

/// <summary>The command <c>keys</c> without configuration: on the data folder's own database, whether a host uses it or not.</summary>
[Collection(HostsCollection.Name)]
public sealed class KeysRunTests : IDisposable
{
    private static readonly Dictionary<string, string> ApiKeyMode = new() { ["Access__Mode"] = "ApiKey" };

    private readonly HostData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Keys_BesideAHostAndWithoutOne_AreTheSame()
    {
        await using var host = await HostProcess.StartAsync(ApiKeyMode, "--data", _data.Path);
        using var http = new HttpClient { BaseAddress = host.Address };

        var created = await RunAsync("create", "--user", "ann");
        using var me = await http.GetAsync("/api/me", ("X-Api-Key", ApiKeyFixture.FindKey(created)));
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        Assert.Equal(0, await host.StopAsync());

        Assert.Matches(@"\S+Z  \S+Z  active +ann", await RunAsync("list"));
        // The supervisor deletes it when all of its services have ended.
        Assert.False(File.Exists(Path.Combine(_data.Path, "processes.json")));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await HostProcess.RunAsync(ApiKeyMode, ["keys", .. arguments, "--data", _data.Path]);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
