using System.Diagnostics;

namespace Endurance.Machine;

/// <summary>Waits for what must come true.</summary>
internal static class Until
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, string what)
    {
        if (!await HoldsAsync(condition, limit))
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds:0} s in vain for {what}.");
        }
    }

    /// <returns>Whether it came true in time.</returns>
    public static async Task<bool> HoldsAsync(Func<Task<bool>> condition, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await Task.Delay(Step);
        }

        return true;
    }
}
