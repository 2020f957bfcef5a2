namespace EmbeddedHost;

/// <summary>Waiting for what tells nobody when it happens.</summary>
internal static class Wait
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries a condition at once and ten times a second. Returns whether it held within the time given.</summary>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Step);
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            if (condition()) return true;
            if (TimeProvider.System.GetElapsedTime(started) > patience) return false;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }
}
