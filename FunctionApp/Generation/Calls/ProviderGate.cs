using System.Collections.Concurrent;
using Atelier.Telemetry;

namespace Atelier.Generation.Calls;

/// <summary>
/// Remembers for the whole process which provider asked to wait, and until when. Each kind of call has its own gate:
/// a provider's limits on texts and on images are separate.
/// </summary>
/// <remarks>
/// A call that comes early waits in place when at most <see cref="MaxWait"/> is left, which saves an attempt; when more is left it fails at
/// once with <see cref="GenerationErrorCodes.RateLimited"/>, no HTTP status and the time that is left, so that a durable timer waits
/// instead of a running activity. Either way the provider is not called too early. A call for which the provider has no free slot in this
/// process, or whose turn under the provider's rate is far away, fails in the same way.
/// </remarks>
internal sealed class ProviderGate(ProviderConcurrencyLimiter limiter, TimeProvider time, ILogger<ProviderGate> logger)
{
    /// <summary>The longest that a call waits in place.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Provider, string Kind), Closing> _closings = new();
    private readonly ConcurrentDictionary<(string Provider, string Kind), CallPacer> _pacers = new();

    /// <summary>Makes a call once the gate is open, and closes the gate when the call's failure says so.</summary>
    /// <exception cref="GenerationException">The call failed, or the gate stays closed for longer than a call waits.</exception>
    public async Task<T> PassAsync<T>(string provider, string kind, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        using var slot = limiter.TryTake(provider, out var wait) ?? throw NoSlot(provider, kind, wait);
        await WaitAsync(provider, kind, cancellationToken);
        var pacer = _pacers.GetOrAdd((provider, kind), _ => new CallPacer(time));
        if (await pacer.WaitAsync(MaxWait, cancellationToken) is var turn && turn > TimeSpan.Zero)
        {
            const string Message = "The provider limits the rate of calls; this one was held back.";
            throw HeldBack(Message, HoldOf(provider, kind, turn, GenerationErrorCodes.RateLimited), turn);
        }

        // Another call may have closed the gate meanwhile.
        await WaitAsync(provider, kind, cancellationToken);
        var start = time.GetTimestamp();
        try
        {
            var made = await call();
            pacer.Succeeded();
            AtelierMeter.Called(provider, kind, code: null, time.GetElapsedTime(start));
            return made;
        }
        catch (GenerationException e)
        {
            AtelierMeter.Called(provider, kind, e.Code, time.GetElapsedTime(start));
            if (e is { Code: GenerationErrorCodes.RateLimited, HttpStatus: not null })
                pacer.Refused(start);
            if (e.RetryAfter is { } asked && asked > TimeSpan.Zero)
                Close(provider, kind, asked, e.Code);
            throw;
        }
    }

    /// <summary>Holds back the calls of a kind to a provider. A gate that is closed for longer already stays so.</summary>
    public void Close(string provider, string kind, TimeSpan wait, string reason)
    {
        var closing = new Closing(time.GetTimestamp() + (long)Math.Ceiling(wait.TotalSeconds * time.TimestampFrequency), reason);
        _closings.AddOrUpdate((provider, kind), closing, (_, before) => before.OpensAt >= closing.OpensAt ? before : closing);
        logger.LogInformation("Provider {Provider} asks to wait: no call for {Kind} in the next {Wait}", provider, kind, wait);
    }

    /// <summary>How long the gate stays closed; zero where it is open.</summary>
    public TimeSpan Remaining(string provider, string kind) => Find(provider, kind)?.Left ?? TimeSpan.Zero;

    /// <summary>What the calls of a kind to a provider wait for; null where the gate is open.</summary>
    public ProviderHold? HoldOf(string provider, string kind) =>
        Find(provider, kind) is var (left, reason) ? HoldOf(provider, kind, left, reason) : null;

    private async Task WaitAsync(string provider, string kind, CancellationToken cancellationToken)
    {
        var budget = MaxWait;
        while (Find(provider, kind) is var (left, reason))
        {
            // Another call may close the gate again while this one waits: the total wait stays within the budget.
            if (left > budget)
            {
                throw HeldBack(
                    $"The provider asked to wait; the call was held back with {Math.Ceiling(left.TotalSeconds)} s left.",
                    HoldOf(provider, kind, left, reason),
                    left);
            }

            budget -= left;
            // A timer counts whole milliseconds: rounded up, so that it never ends early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellationToken);
        }
    }

    private GenerationException NoSlot(string provider, string kind, TimeSpan wait)
    {
        const string Message = "The maximum number of calls to this provider is under way; this one was held back.";
        return Find(provider, kind) is var (left, reason) && left > wait
            ? HeldBack(Message, HoldOf(provider, kind, left, reason), left)
            : HeldBack(Message, HoldOf(provider, kind, wait, ProviderHold.Busy), wait);
    }

    private (TimeSpan Left, string Reason)? Find(string provider, string kind) =>
        _closings.TryGetValue((provider, kind), out var closing)
        && time.GetElapsedTime(time.GetTimestamp(), closing.OpensAt) is var left && left > TimeSpan.Zero
            ? (left, closing.Reason)
            : null;

    private ProviderHold HoldOf(string provider, string kind, TimeSpan left, string reason) => new(provider, kind, time.GetUtcNow() + left, reason);

    // Without an HTTP status: the provider was not called.
    private static GenerationException HeldBack(string message, ProviderHold hold, TimeSpan wait) =>
        new(GenerationErrorCodes.RateLimited, message, hold.Provider) { IsTransient = true, RetryAfter = wait, Hold = hold };

    private sealed record Closing(long OpensAt, string Reason);
}
