using Atelier.Generation;
using Atelier.Generation.Calls;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionApp.Tests.Generation;

public sealed class ProviderGateTests
{
    private const int Places = 3;

    private readonly FakeTimeProvider _time = new();
    private readonly ProviderGate _gate;
    private int _calls;

    public ProviderGateTests() => _gate = new ProviderGate(new ProviderConcurrencyLimiter(Places, _time), _time, NullLogger<ProviderGate>.Instance);

    [Fact]
    public async Task Pass_OpenGate_CallsAtOnce() => Assert.Equal(1, await PassAsync());

    [Fact]
    public async Task Pass_ProviderAsksForAShortWait_NextCallWaits()
    {
        await FailAsync(TimeSpan.FromSeconds(2));

        var next = PassAsync();
        _time.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal(0, _calls);
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task Pass_ProviderAsksForALongWait_NextCallFailsWithTheTimeLeft()
    {
        await FailAsync(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(20));

        var failure = await Assert.ThrowsAsync<GenerationException>(() => PassAsync());

        Assert.Equal((GenerationErrorCodes.RateLimited, true, null), (failure.Code, failure.IsTransient, failure.HttpStatus));
        Assert.Equal(TimeSpan.FromSeconds(40), failure.RetryAfter);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task Pass_HeldBackCall_DoesNotExtendTheWait()
    {
        await FailAsync(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<GenerationException>(() => PassAsync());
        _time.Advance(TimeSpan.FromSeconds(40));

        Assert.Equal(1, await PassAsync());
    }

    [Fact]
    public async Task Pass_HeldBack_HasTheHold()
    {
        await FailAsync(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(20));

        var failure = await Assert.ThrowsAsync<GenerationException>(() => PassAsync());

        var hold = new ProviderHold("one", "text", _time.GetUtcNow() + TimeSpan.FromMinutes(40), GenerationErrorCodes.RateLimited);
        Assert.Equal(hold, failure.Hold);
        Assert.Equal(hold, _gate.HoldOf("one", "text"));
        _time.Advance(TimeSpan.FromMinutes(40));
        Assert.Null(_gate.HoldOf("one", "text"));
    }

    [Fact]
    public async Task Pass_ClosedForLongerByAnotherCall_HasTheLongerHold()
    {
        await FailAsync(TimeSpan.FromSeconds(30));
        _gate.Close("one", "text", TimeSpan.FromSeconds(60), GenerationErrorCodes.ServerError);
        _gate.Close("one", "text", TimeSpan.FromSeconds(40), GenerationErrorCodes.RateLimited);

        Assert.Equal(GenerationErrorCodes.ServerError, _gate.HoldOf("one", "text")!.Reason);
    }

    [Fact]
    public async Task Pass_OtherProviderOrKind_IsNotHeldBack()
    {
        await FailAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, await PassAsync("another"));
        Assert.Equal(2, await PassAsync(kind: "image"));
    }

    [Fact]
    public async Task Pass_GateClosesAgainWhileACallWaits_WaitsNoLongerThanTheBudget()
    {
        await FailAsync(TimeSpan.FromSeconds(3));
        var waiting = PassAsync();
        _gate.Close("one", "text", TimeSpan.FromSeconds(3 + 4), "server_error");
        _time.Advance(TimeSpan.FromSeconds(3));

        var failure = await Assert.ThrowsAsync<GenerationException>(() => waiting);

        Assert.Equal(TimeSpan.FromSeconds(4), failure.RetryAfter);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task Close_ShorterWaitThanTheOneInForce_ChangesNothing()
    {
        await FailAsync(TimeSpan.FromSeconds(60));
        _gate.Close("one", "text", TimeSpan.FromSeconds(1), "server_error");

        Assert.Equal(TimeSpan.FromSeconds(60), _gate.Remaining("one", "text"));
    }

    [Fact]
    public async Task Pass_CanceledWhileItWaits_EndsAsCanceled()
    {
        await FailAsync(TimeSpan.FromSeconds(2));
        using var cancellation = new CancellationTokenSource();
        var waiting = PassAsync(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task Pass_FailureThatAsksForNoWait_LeavesTheGateOpen()
    {
        await FailAsync(null);

        Assert.Equal(1, await PassAsync());
    }

    [Fact]
    public async Task Pass_NoSlot_FailsWithoutACallAndOtherProvidersAreCalled()
    {
        var hangs = new TaskCompletionSource<int>();
        var hanging = Enumerable.Range(0, Places).Select(i => HangAsync(hangs, i % 2 == 0 ? "text" : "image")).ToArray();

        var failure = await Assert.ThrowsAsync<GenerationException>(() => PassAsync());

        Assert.Equal((GenerationErrorCodes.RateLimited, true, null), (failure.Code, failure.IsTransient, failure.HttpStatus));
        Assert.InRange(failure.RetryAfter!.Value, ProviderConcurrencyLimiter.ShortestWait, ProviderConcurrencyLimiter.LongestWait);
        Assert.Equal(new ProviderHold("one", "text", _time.GetUtcNow() + failure.RetryAfter.Value, ProviderHold.Busy), failure.Hold);
        Assert.Equal(1, await PassAsync("another"));
        hangs.SetResult(7);
        await Task.WhenAll(hanging);
        Assert.Equal(2, await PassAsync());
    }

    [Fact]
    public async Task Pass_FailedOrCanceledCalls_ReleaseTheirSlots()
    {
        for (var i = 0; i < Places; i++)
        {
            await FailAsync(null);
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => _gate.PassAsync<int>("one", "text", () => throw new OperationCanceledException(), CancellationToken.None));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, await PassAsync());
    }

    [Fact]
    public async Task Pass_NoSlotAndGateClosed_FailsWithTheLongerWait()
    {
        var hangs = new TaskCompletionSource<int>();
        var hanging = Enumerable.Range(0, Places).Select(_ => HangAsync(hangs)).ToArray();
        _gate.Close("one", "text", TimeSpan.FromMinutes(5), "rate_limited");

        var failure = await Assert.ThrowsAsync<GenerationException>(() => PassAsync());

        Assert.Equal(TimeSpan.FromMinutes(5), failure.RetryAfter);
        hangs.SetResult(7);
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Pass_ManyWithoutASlot_GetStaggeredWaits()
    {
        var ends = new TaskCompletionSource<int>();
        var ended = HangAsync(ends);
        _time.Advance(TimeSpan.FromSeconds(12));
        ends.SetResult(7);
        await ended;
        var hangs = new TaskCompletionSource<int>();
        var hanging = Enumerable.Range(0, Places).Select(_ => HangAsync(hangs)).ToArray();

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
            waits.Add((await Assert.ThrowsAsync<GenerationException>(() => PassAsync())).RetryAfter!.Value);

        // Calls take 12 s, and three run at a time: a slot becomes free every 4 s.
        Assert.Equal([10, 14, 18, 22], waits.Take(4).Select(wait => wait.TotalSeconds));
        Assert.Equal(ProviderConcurrencyLimiter.LongestWait, waits[^1]);
        hangs.SetResult(7);
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Pass_OneCallHangs_OthersWaitNoLongerForIt()
    {
        var hangs = new TaskCompletionSource<int>();
        var hanging = HangAsync(hangs);
        _time.Advance(TimeSpan.FromMinutes(1));
        await PassAsync();
        var brief = new TaskCompletionSource<int>();
        var others = Enumerable.Range(1, Places - 1).Select(_ => HangAsync(brief)).ToArray();

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 100; i++)
            waits.Add((await Assert.ThrowsAsync<GenerationException>(() => PassAsync())).RetryAfter!.Value);

        Assert.All(waits, wait => Assert.Equal(ProviderConcurrencyLimiter.ShortestWait, wait));
        brief.SetResult(7);
        hangs.SetResult(7);
        await Task.WhenAll([hanging, .. others]);
    }

    [Fact]
    public async Task Pass_AllCallsHang_WaitsGrow()
    {
        var hangs = new TaskCompletionSource<int>();
        var hanging = Enumerable.Range(0, Places).Select(_ => HangAsync(hangs)).ToArray();

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            waits.Add((await Assert.ThrowsAsync<GenerationException>(() => PassAsync())).RetryAfter!.Value);
            _time.Advance(waits[^1]);
        }

        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits[0], ProviderConcurrencyLimiter.ShortestWait, ProviderConcurrencyLimiter.ShortestWait * 2);
        Assert.InRange(waits[^1], ProviderConcurrencyLimiter.LongestWait / 2, ProviderConcurrencyLimiter.LongestWait);
        hangs.SetResult(7);
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Generate_ProviderAsksToWait_IsNotCalledBeforeThen()
    {
        await using var server = await ProviderServer.StartAsync(429, "", headers: ("Retry-After", "30"));
        await using var providers = Providers.OpenAI(server);
        await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        var held = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());
        var image = await Assert.ThrowsAsync<GenerationException>(() => providers.PaintAsync());

        Assert.Null(held.HttpStatus);
        Assert.InRange(held.RetryAfter!.Value, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        Assert.Equal(429, image.HttpStatus);
        Assert.Equal(["/v1/chat/completions", "/v1/images/generations"], server.Requests.Select(r => r.Path));
    }

    private Task<int> PassAsync(string provider = "one", string kind = "text", CancellationToken cancellationToken = default) =>
        _gate.PassAsync(provider, kind, () => Task.FromResult(++_calls), cancellationToken);

    private Task<int> HangAsync(TaskCompletionSource<int> hangs, string kind = "text") =>
        _gate.PassAsync("one", kind, () => hangs.Task, CancellationToken.None);

    private Task<GenerationException> FailAsync(TimeSpan? retryAfter) => Assert.ThrowsAsync<GenerationException>(() => _gate.PassAsync<int>(
        "one",
        "text",
        () => throw new GenerationException(GenerationErrorCodes.RateLimited, "Slow down.", "one") { IsTransient = true, RetryAfter = retryAfter },
        CancellationToken.None));
}
