using Atelier.Durable;
using Atelier.Generation;
using Atelier.Generation.Calls;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionApp.Tests.Generation;

/// <summary>Many calls at once to a provider that limits their rate, in simulated time and under the default retry policy.</summary>
public sealed class CallPacerTests
{
    private const int Calls = 60;
    private const int Burst = 5;
    private const int Rate = 5;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 5, TimeSpan.FromSeconds(2), Backoff: 2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    private readonly FakeTimeProvider _time = new();
    private double _tokens = Burst;
    private long _filledAt;
    private TimeSpan _latency;
    private TimeSpan? _retryAfter;
    private int _calls;

    [Theory]
    [InlineData(1, 50)]
    [InlineData(1, 1_000)]
    [InlineData(1, 4_000)]
    [InlineData(2, 50)]
    [InlineData(2, 1_000)]
    public void SixtyAtOnce_FiveASecondAllowed_AllAreMadeWithFewRefusals(int processes, int latencyMs)
    {
        _latency = TimeSpan.FromMilliseconds(latencyMs);

        var took = Run(processes);

        // A burst of five, and five a second: the limit itself needs 11 s.
        Assert.InRange(_calls, Calls, 90);
        Assert.InRange(took, TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(16.5) + _latency);
    }

    [Fact]
    public void SixtyAtOnce_ProviderAsksForASecond_AllAreMadeWithFewRefusals()
    {
        _latency = TimeSpan.FromMilliseconds(50);
        _retryAfter = TimeSpan.FromSeconds(1);

        Run(processes: 1);

        Assert.InRange(_calls, Calls, 90);
    }

    [Fact]
    public void SixtyAtOnce_NothingRefused_AllHaveStartedWithinTwoSeconds()
    {
        _latency = TimeSpan.FromMinutes(1);
        _tokens = Calls;

        var took = Run(processes: 1);

        Assert.Equal(Calls, _calls);
        Assert.InRange(took, _latency, _latency + TimeSpan.FromSeconds(2));
    }

    private ProviderGate NewGate() =>
        new(new ProviderConcurrencyLimiter(ProviderConcurrencyLimiter.Default, _time), _time, NullLogger<ProviderGate>.Instance);

    private TimeSpan Run(int processes)
    {
        var before = SynchronizationContext.Current;
        var context = new OneThread();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            ProviderGate[] gates = [.. Enumerable.Range(0, processes).Select(_ => NewGate())];
            var start = _filledAt = _time.GetTimestamp();
            var all = Task.WhenAll(Enumerable.Range(0, Calls).Select(call => MakeAsync(gates[call % processes])));
            for (context.RunAll(); !all.IsCompleted; context.RunAll())
                _time.Advance(Step);
            all.GetAwaiter().GetResult();
            return _time.GetElapsedTime(start);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    // What the orchestrator does for a part.
    private async Task MakeAsync(ProviderGate gate)
    {
        for (var attempt = 1; ;)
        {
            try
            {
                await gate.PassAsync("one", "image", CallAsync, CancellationToken.None);
                return;
            }
            catch (GenerationException failure)
            {
                var wait = failure.Hold is not null ? failure.RetryAfter!.Value : PolicyWait(attempt++);
                await Task.Delay(failure.RetryAfter > wait ? failure.RetryAfter.Value : wait, _time);
            }
        }
    }

    private static TimeSpan PolicyWait(int attempt) =>
        attempt < Retry.MaxAttempts ? RetrySchedule.PolicyDelay(Retry, attempt) : throw new InvalidOperationException("The attempts are used up.");

    private async Task<int> CallAsync()
    {
        _calls++;
        var isAccepted = TakeToken();
        await Task.Delay(isAccepted ? _latency : TimeSpan.FromMilliseconds(20), _time);
        return isAccepted
            ? 1
            : throw new GenerationException(GenerationErrorCodes.RateLimited, "Slow down.", "one")
            {
                IsTransient = true,
                HttpStatus = 429,
                RetryAfter = _retryAfter,
            };
    }

    private bool TakeToken()
    {
        var now = _time.GetTimestamp();
        var filled = _tokens + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * Rate);
        _tokens = Math.Max(_tokens, Math.Min(Burst, filled));
        _filledAt = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }

    // All continuations run here, so that simulated time passes only when nothing is left to do.
    private sealed class OneThread : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

        public override void Post(SendOrPostCallback d, object? state) => _queue.Enqueue((d, state));

        public void RunAll()
        {
            while (_queue.TryDequeue(out var next))
                next.Callback(next.State);
        }
    }
}
