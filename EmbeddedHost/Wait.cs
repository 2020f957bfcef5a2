namespace EmbeddedHost;

/// <summary>Waits for conditions that raise no event.</summary>
internal static class Wait
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries a condition at once and ten times a second. Returns whether it held within the time given.</summary>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Step);
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            if (condition()) return true;
            if (TimeProvider.System.GetElapsedTime(started) > timeout) return false;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }
}
