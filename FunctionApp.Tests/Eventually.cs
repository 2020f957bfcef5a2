namespace FunctionApp.Tests;

/// <summary>Waits for a condition that other threads or processes cause.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends as soon as the condition holds; fails when it does not within <paramref name="timeout"/> (default 30 s).</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(Pause);
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail("The condition was not met in time.");
            }
        }
    }
}
