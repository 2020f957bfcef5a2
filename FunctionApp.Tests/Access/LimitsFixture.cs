using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Access;

/// <summary>Two processes of the app on one database, with narrow limits. A campaign with an image runs for longer than any test.</summary>
public sealed class LimitsFixture : IAsyncLifetime
{
    public const int RequestsPerMinute = 40;
    public const int MaxRunning = 3;
    public const int MaxPerDay = 5;

    private readonly AtelierFixture _atelier = new()
    {
        ImageLatency = TimeSpan.FromMinutes(5),
        MoreSettings = new Dictionary<string, string>
        {
            ["Access__RequestsPerMinute"] = $"{RequestsPerMinute}",
            ["Access__MaxRunning"] = $"{MaxRunning}",
            ["Access__MaxPerDay"] = $"{MaxPerDay}",
        },
    };

    private HostProcess? _second;

    /// <summary>A client of each process.</summary>
    internal IReadOnlyList<HttpClient> Hosts { get; private set; } = [];

    /// <summary>Starts both on the first call.</summary>
    internal async Task StartAsync(LocalServicesFixture services)
    {
        if (_second is not null) return;
        var first = (await _atelier.StartAsync(services)).Http;
        _second = await _atelier.StartAnotherAsync();
        Hosts = [first, new HttpClient { BaseAddress = _second.Address }];
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        await _atelier.DisposeAsync();
    }
}
