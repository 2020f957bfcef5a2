using System.Collections.Concurrent;

namespace Atelier.Outages;

/// <summary>
/// Waits out the outages of the services that this application depends on. The log has one line when an outage begins and one when it is over, however
/// many calls it affects.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class OutageMonitor(TimeProvider timeProvider, ILogger<OutageMonitor> logger)
{
    /// <summary>PostgreSQL.</summary>
    public const string Database = "postgres";

    /// <summary>Blob Storage.</summary>
    public const string Blobs = "blobs";

    /// <summary>
    /// How long a call is repeated where it was made: within the hosts' timeout for an activity, whose provider call also takes time. A durable timer
    /// waits for what takes longer.
    /// </summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>How long a call is repeated for a request, whose caller can repeat it.</summary>
    public static readonly TimeSpan RequestWindow = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);

    /// <summary>The outage of a service; <see langword="null"/> while the last call to it succeeded.</summary>
    public Outage? Find(string service) => _outages.GetValueOrDefault(service);

    /// <summary>Makes a call, and repeats it while the service is away.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="isOutage">Whether an exception means that the service is away.</param>
    /// <param name="window">For how long it is repeated.</param>
    /// <param name="call">The call. What it does must be harmless when it is done twice: the response may have been lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OutageException">The service is still away.</exception>
    public async Task<T> WaitOutAsync<T>(
        string service, Func<Exception, bool> isOutage, TimeSpan window, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var result = await call();
                Succeeded(service);
                return result;
            }
            catch (Exception exception) when (isOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                Failed(service, exception);
                if (timeProvider.GetElapsedTime(start) >= window)
                    throw new OutageException(service);
                await Task.Delay(pause, timeProvider, cancellationToken);
            }
        }
    }

    /// <summary>A call to a service failed because the service is away.</summary>
    public void Failed(string service, Exception exception)
    {
        logger.LogDebug(exception, "A call to {Service} failed.", service);
        if (_outages.TryAdd(service, new Outage(timeProvider.GetUtcNow())))
            logger.LogWarning("{Service} is away ({Reason}). What needs it waits.", service, exception.Message);
    }

    /// <summary>A call to a service succeeded.</summary>
    public void Succeeded(string service)
    {
        if (!_outages.IsEmpty && _outages.TryRemove(service, out var outage))
            logger.LogWarning("{Service} is back after {Seconds:F1} s.", service, (timeProvider.GetUtcNow() - outage.Since).TotalSeconds);
    }
}

/// <summary>A service that is away.</summary>
/// <param name="Since">When the first call failed.</param>
public sealed record Outage(DateTimeOffset Since);

/// <summary>
/// A service stayed away for longer than a call waits for it. The reason is in the log alone: an activity's exception reaches the orchestration's history.
/// </summary>
/// <param name="service">The service's name.</param>
public sealed class OutageException(string service) : Exception($"{service} is away.")
{
    /// <summary>The service's name.</summary>
    public string Service { get; } = service;
}
