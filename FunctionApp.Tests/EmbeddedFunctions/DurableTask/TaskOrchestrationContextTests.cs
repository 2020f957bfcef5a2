using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class TaskOrchestrationContextTests
{
    private readonly FakeContext _context = new(NullLoggerFactory.Instance);

    [Fact]
    public async Task WaitForExternalEvent_EventInTime_GivesItAndCancelsTheTimer()
    {
        var wait = _context.WaitForExternalEvent<string>("Approved", TimeSpan.FromMinutes(5));
        Assert.False(wait.IsCompleted);
        _context.Event.SetResult("yes");

        Assert.Equal("yes", await wait);
        Assert.Equal(DateTime.UnixEpoch.AddMinutes(5), _context.TimerFiresAt);
        Assert.True(_context.TimerIsCancelled);
        Assert.False(_context.WaitIsCancelled);
    }

    [Fact]
    public async Task WaitForExternalEvent_TimerFirst_ThrowsTaskCanceled()
    {
        var wait = _context.WaitForExternalEvent<string>("Approved", TimeSpan.FromMinutes(5));
        _context.Timer.SetResult();

        await Assert.ThrowsAsync<TaskCanceledException>(() => wait);
        Assert.True(_context.WaitIsCancelled);
        Assert.False(_context.TimerIsCancelled);
    }

    [Fact]
    public async Task WaitForExternalEvent_TokenCancelled_ThrowsTaskCanceledAndCancelsTheTimer()
    {
        using var cancellation = new CancellationTokenSource();
        var wait = _context.WaitForExternalEvent<string>("Approved", TimeSpan.FromMinutes(5), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => wait);
        Assert.True(_context.TimerIsCancelled);
    }

    [Fact]
    public async Task CallOverloads_WithOptionsOnly_CallWithoutInput()
    {
        var options = new TaskOptions();

        await _context.CallActivityAsync("a", options);
        await _context.CallActivityAsync<int>("b", options);
        await _context.CallActivityAsync("c", 1);
        await _context.CallSubOrchestratorAsync("d", options);
        await _context.CallSubOrchestratorAsync<int>("e", options);
        await _context.CallSubOrchestratorAsync("f", 2, options);

        Assert.Equal(
            [("a", null, options), ("b", null, options), ("c", 1, null), ("d", null, options), ("e", null, options), ("f", 2, options)],
            _context.Calls);
    }

    [Fact]
    public void ContinueAsNew_Options_KeepsEventsUnlessToldNotTo()
    {
        _context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 1 });
        _context.ContinueAsNew(new ContinueAsNewOptions { PreserveUnprocessedEvents = false });

        Assert.Equal([(1, true), (null, false)], _context.Restarts);
    }

    [Fact]
    public void CompareVersionTo_OlderAndNewer_IsSigned()
    {
        Assert.True(_context.CompareVersionTo("1.9") > 0);
        Assert.True(_context.CompareVersionTo("2") < 0);
        Assert.Equal(0, _context.CompareVersionTo("1.10"));
    }

    [Fact]
    public void CreateReplaySafeLogger_Replaying_WritesNothing()
    {
        var inner = new Mock<ILogger>();
        var loggers = new Mock<ILoggerFactory>();
        loggers.Setup(factory => factory.CreateLogger(It.IsAny<string>())).Returns(inner.Object);
        var context = new FakeContext(loggers.Object) { Replaying = true };
        var type = typeof(FakeContext);
        ILogger[] all =
        [
            context.CreateReplaySafeLogger("Category"),
            context.CreateReplaySafeLogger<FakeContext>(),
            context.CreateReplaySafeLogger(type),
            context.ReplaySafeLoggerFactory.CreateLogger("Category"),
        ];

        foreach (var logger in all) logger.Log(LogLevel.Information, 0, "seen", null, (state, _) => state);
        Assert.DoesNotContain(inner.Invocations, call => call.Method.Name == nameof(ILogger.Log));

        context.Replaying = false;
        foreach (var logger in all) logger.Log(LogLevel.Information, 0, "seen", null, (state, _) => state);
        Assert.Equal(4, inner.Invocations.Count(call => call.Method.Name == nameof(ILogger.Log)));
        loggers.Verify(factory => factory.CreateLogger("Category"), Times.Exactly(2));
        loggers.Verify(factory => factory.CreateLogger(type.FullName!), Times.Exactly(2));
    }

    [Fact]
    public void CreateReplaySafeLogger_ContextThatWrapsAnother_AsksOnlyItself()
    {
        var inner = new Mock<ILogger>();
        var loggers = Mock.Of<ILoggerFactory>(factory => factory.CreateLogger(It.IsAny<string>()) == inner.Object);
        var wrapped = new FakeContext(loggers) { Replaying = true };
        var wrapper = new FakeContext(wrapped.ReplaySafeLoggerFactory);

        wrapper.CreateReplaySafeLogger("c").Log(LogLevel.Information, 0, "seen", null, (state, _) => state);

        Assert.Single(inner.Invocations, call => call.Method.Name == nameof(ILogger.Log));
    }
}
