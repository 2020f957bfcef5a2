using System.Collections.Concurrent;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>The provider under the framework's own worker and client, without the packages on top: what any application of the framework does.</summary>
public sealed class FrameworkTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<IDictionary<string, string>> _tagsOfActivities = new();
    private readonly ConcurrentQueue<bool> _isWhole = new();
    private readonly TaskCompletionSource _mayGreet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestHub _hub = null!;
    private PostgreSqlOrchestrationService _service = null!;
    private TaskHubWorker _worker = null!;
    private TaskHubClient _client = null!;

    public async Task InitializeAsync()
    {
        _hub = await TestHub.CreateAsync();
        _service = new PostgreSqlOrchestrationService(_hub.Options(), TimeProvider.System, NullLoggerFactory.Instance);
        _worker = new TaskHubWorker(_service, NullLoggerFactory.Instance) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        _worker.AddTaskOrchestrations(typeof(Greetings), typeof(Listens), typeof(Fails));
        _worker.AddTaskActivities(typeof(Greet));
        _worker.AddActivityDispatcherMiddleware(async (context, next) =>
        {
            if (context.GetProperty<OrchestrationExecutionContext>()?.OrchestrationTags is { Count: > 0 } tags)
            {
                _tagsOfActivities.Enqueue(tags);
                await _mayGreet.Task;
            }

            await next();
        });
        _worker.AddOrchestrationDispatcherMiddleware((context, next) =>
        {
            var state = context.GetProperty<OrchestrationRuntimeState>();
            _isWhole.Enqueue(state.PastEvents.Concat(state.NewEvents).SequenceEqual(state.Events));
            return next();
        });
        _client = new TaskHubClient(_service, loggerFactory: NullLoggerFactory.Instance);
        await _worker.StartAsync();
    }

    public async Task DisposeAsync()
    {
        // The framework's stop ends its dispatchers and the service; extended sessions end with the latter.
        await _service.StopAsync();
        await _worker.StopAsync(isForced: true);
        _worker.Dispose();
        await _service.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Orchestration_RunsToItsEnd()
    {
        var instance = await _client.CreateOrchestrationInstanceAsync(typeof(Greetings), "g", (string[])["a", "b \ud800"]);

        var state = await _client.WaitForOrchestrationAsync(instance, Eventually.Limit);

        Assert.Equal(OrchestrationStatus.Completed, state.OrchestrationStatus);
        Assert.Equal("\"Hello a, Hello b \ufffd\"", state.Output);
        Assert.Contains("TaskCompletedEvent", await _client.GetOrchestrationHistoryAsync(instance), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachEpisodeOfASession_HasItsWholeHistory()
    {
        var instance = await _client.CreateOrchestrationInstanceAsync(typeof(Greetings), "w", (string[])["a", "b"]);

        await _client.WaitForOrchestrationAsync(instance, Eventually.Limit);

        Assert.True(_isWhole.Count > 1);
        Assert.All(_isWhole, Assert.True);
    }

    [Fact]
    public async Task EventsSuspensionAndTermination_Arrive()
    {
        var instance = await _client.CreateOrchestrationInstanceAsync(typeof(Listens), "l", null);
        await Eventually.TrueAsync(async () => await _client.GetOrchestrationStateAsync("l") is { OrchestrationStatus: OrchestrationStatus.Running });
        await _client.SuspendInstanceAsync(instance, "wait");
        await Eventually.TrueAsync(async () => await _client.GetOrchestrationStateAsync("l") is { OrchestrationStatus: OrchestrationStatus.Suspended });
        await _client.RaiseEventAsync(instance, "go", "payload");
        await _client.ResumeInstanceAsync(instance, "go on");
        Assert.Equal("\"payload\"", (await _client.WaitForOrchestrationAsync(instance, Eventually.Limit)).Output);

        var another = await _client.CreateOrchestrationInstanceAsync(typeof(Listens), "another", null);
        await _client.TerminateInstanceAsync(another, "enough");
        var terminated = await _client.WaitForOrchestrationAsync(another, Eventually.Limit);

        Assert.Equal(OrchestrationStatus.Terminated, terminated.OrchestrationStatus);
        Assert.Equal("enough", terminated.Output);
    }

    [Fact]
    public async Task RunningId_IsRefused_AndAnEndedOneIsTakenOver_UnlessDeduped()
    {
        var first = await _client.CreateOrchestrationInstanceAsync(typeof(Listens), "id", null);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => _client.CreateOrchestrationInstanceAsync(typeof(Listens), "id", null));
        await _client.RaiseEventAsync(first, "go", "1");
        await _client.WaitForOrchestrationAsync(first, Eventually.Limit);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => _client.CreateOrchestrationInstanceAsync(typeof(Listens), "id", null, [OrchestrationStatus.Completed]));
        var second = await _client.CreateOrchestrationInstanceAsync(typeof(Listens), "id", null, [OrchestrationStatus.Failed]);
        await _client.RaiseEventAsync(second, "go", "2");

        Assert.Equal("\"2\"", (await _client.WaitForOrchestrationAsync(second, Eventually.Limit)).Output);
    }

    [Fact]
    public async Task FailureAndScheduledStart_AreInTheState()
    {
        var startAt = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2);
        var instance = await _client.CreateScheduledOrchestrationInstanceAsync(typeof(Fails), null, startAt);

        Assert.Equal(OrchestrationStatus.Pending, (await _client.GetOrchestrationStateAsync(instance)).OrchestrationStatus);
        var state = await _client.WaitForOrchestrationAsync(instance, Eventually.Limit);

        Assert.Equal(OrchestrationStatus.Failed, state.OrchestrationStatus);
        Assert.Equal("broken", state.FailureDetails.ErrorMessage);
        Assert.Equal(startAt, state.ScheduledStartTime!.Value, TimeSpan.FromMilliseconds(1));
        Assert.True(state.CompletedTime >= startAt);
    }

    [Fact]
    public async Task EventThatStartsItsInstance_StartsIt()
    {
        var instance = await _client.CreateOrchestrationInstanceWithRaisedEventAsync(typeof(Listens), "with-event", null, "go", "at once");

        Assert.Equal("\"at once\"", (await _client.WaitForOrchestrationAsync(instance, Eventually.Limit)).Output);
    }

    [Fact]
    public async Task ActivityThatIsRepeated_HasTheTagsOfItsOrchestrationAgain()
    {
        var tags = new Dictionary<string, string> { ["tenant"] = "a \"b\"" };
        await _client.CreateOrchestrationInstanceAsync(NameVersionHelper.GetDefaultName(typeof(Greetings)), string.Empty, "tagged", (string[])["x"], tags);
        await Eventually.TrueAsync(() => _tagsOfActivities.Count == 1);

        await _hub.ExecuteAsync("delete from {hub}.nodes; update {hub}.instances set owner = null, wake_at = now() where owner is not null");
        await Eventually.TrueAsync(() => _tagsOfActivities.Count == 2);
        _mayGreet.SetResult();

        Assert.All(_tagsOfActivities, seen => Assert.Equal(tags, seen));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StopOfTheFrameworksWorker_DoesNotWaitForInstancesThatWait(bool isForced)
    {
        await _client.CreateOrchestrationInstanceAsync(typeof(Listens), "waiting", null);
        await Eventually.TrueAsync(async () => await _client.GetOrchestrationStateAsync("waiting") is { OrchestrationStatus: OrchestrationStatus.Running });
        var stopping = System.Diagnostics.Stopwatch.StartNew();

        await _worker.StopAsync(isForced);

        Assert.True(stopping.Elapsed < Eventually.Limit, $"{stopping.Elapsed}");
        Assert.False(await _hub.IsHeldAsync("waiting"));
    }

    private sealed class Greetings : TaskOrchestration<string, string[]>
    {
        public override async Task<string> RunTask(OrchestrationContext context, string[] input) =>
            string.Join(", ", await Task.WhenAll(input.Select(name => context.ScheduleTask<string>(typeof(Greet), name))));
    }

    private sealed class Greet : Core.TaskActivity<string, string>
    {
        protected override string Execute(TaskContext context, string input) => $"Hello {input}";
    }

    private sealed class Listens : TaskOrchestration<string, string, string, string>
    {
        private readonly TaskCompletionSource<string> _received = new();

        public override Task<string> RunTask(OrchestrationContext context, string input) => _received.Task;

        public override void OnEvent(OrchestrationContext context, string name, string input) => _received.TrySetResult(input);
    }

    private sealed class Fails : TaskOrchestration<string, string>
    {
        public override Task<string> RunTask(OrchestrationContext context, string input) => throw new InvalidOperationException("broken");
    }
}
