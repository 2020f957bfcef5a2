namespace EmbeddedHost.LocalServices;

/// <summary>Keeps the local services running for as long as it is not disposed.</summary>
internal sealed class ServicesSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly string _dataFolder;
    private readonly ServicesPlan _plan;
    private readonly Action<string> _report;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private ServicesProcess _process;

    private ServicesSupervisor(string dataFolder, ServicesPlan plan, ServicesProcess process, Action<string> report)
    {
        _dataFolder = dataFolder;
        _plan = plan;
        _process = process;
        _report = report;
        _watching = WatchAsync();
    }

    /// <summary>Starts the services that <paramref name="choose"/> returns, once the ports of the previous run are free, and waits until they respond.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="choose">Chooses services and ports.</param>
    /// <param name="report">Called with lines to print: progress of the first install, restarts.</param>
    /// <param name="cancellationToken">Stops what has started.</param>
    /// <exception cref="HostFailure">Something did not start; the message has its name and the reason.</exception>
    public static async Task<(ServicesSupervisor Supervisor, ServicesPlan Plan)> StartAsync(
        DataFolder folder, Func<ServicesPlan> choose, Action<string> report, CancellationToken cancellationToken)
    {
        var process = ServicesProcess.Start(folder.Path, report);
        try
        {
            await process.PrepareAsync(cancellationToken);
            var plan = choose();
            await process.RunAsync(plan, cancellationToken);
            return (new ServicesSupervisor(folder.Path, plan, process, report), plan);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _process.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Starts the process again when it has ended by itself: the app waits for its database meanwhile.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await _process.Ended.WaitAsync(_stop.Token);
                _report("The process of the local services ended; starting it again");
                await _process.DisposeAsync();
                await Task.Delay(RestartPause, _stop.Token);
                _process = ServicesProcess.Start(_dataFolder, _report);
                await RestartAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task RestartAsync()
    {
        try
        {
            await _process.PrepareAsync(_stop.Token);
            await _process.RunAsync(_plan, _stop.Token);
            _report("The local services are back");
        }
        catch (HostFailure failure)
        {
            _report(failure.Message);
        }
    }
}
