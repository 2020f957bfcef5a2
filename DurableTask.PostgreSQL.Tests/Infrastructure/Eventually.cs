using System.Runtime.CompilerServices;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>Waits for what has to become true.</summary>
internal static class Eventually
{
    /// <summary>Longer than anything takes, on a machine that is busy with other tests.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"Did not become true: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>The result of a call, once it no longer fails.</summary>
    public static async Task<T> SucceedsAsync<T>(Func<Task<T>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (TaskHubUnavailableException) when (TimeProvider.System.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(20);
            }
        }
    }
}
