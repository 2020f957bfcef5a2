using System.Runtime.InteropServices;

namespace Atelier.Operations;

/// <summary>
/// Ends the worker when the Functions host that started it was killed, which nothing else does outside Windows: it would keep its connections and its memory for good.
/// </summary>
/// <param name="parent">The id of the process that started this one, or of the one that has adopted it since.</param>
/// <param name="lifetime">Of the worker.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Writes one line when the host is gone.</param>
public sealed class HostWatch(Func<int> parent, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<HostWatch> logger) : BackgroundService
{
    /// <summary>How long calls under way may still end and record what they have made. Their messages are invisible for longer, so no other host repeats them yet.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly int _host = parent();

    /// <summary>Adds it where a process can outlive its parent.</summary>
    public static void Add(IServiceCollection services)
    {
        if (OperatingSystem.IsWindows())
            return;
        services.AddSingleton<Func<int>>(GetParentProcessId);
        services.AddHostedService<HostWatch>();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using (var timer = new PeriodicTimer(Interval, timeProvider))
        {
            while (parent() == _host)
                await timer.WaitForNextTickAsync(stoppingToken);
        }
        logger.LogWarning("The Functions host is gone. Calls under way have {Seconds} s, then this worker ends.", Drain.TotalSeconds);
        await Task.Delay(Drain, timeProvider, stoppingToken);
        lifetime.StopApplication();
    }

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int GetParentProcessId();
}
