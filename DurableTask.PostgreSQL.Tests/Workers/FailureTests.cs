using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableTask.PostgreSQL.Tests.Workers;

/// <summary>Failures travel with their types, inner failures and properties, and are the same after a replay.</summary>
public sealed class FailureTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task PropertiesOfAnActivitysException_ArriveWithTheTypesOfTheOfficialHost_BeforeAndAfterAReplay()
    {
        await using var hub = await TestHub.CreateAsync();
        var seen = new List<IDictionary<string, object?>?>();
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                tasks.AddActivityFunc<string>("Throw", _ => Task.FromException<string>(new OddException()));
                tasks.AddOrchestratorFunc<string>("Catches", async context =>
                {
                    try
                    {
                        await context.CallActivityAsync("Throw");
                    }
                    catch (TaskFailedException exception)
                    {
                        lock (seen)
                        {
                            seen.Add(exception.FailureDetails.Properties);
                        }
                    }

                    return await context.WaitForExternalEvent<string>("go");
                });
            },
            services: s => s.AddSingleton<IExceptionPropertiesProvider, Provider>());
        var id = await node.ScheduleAsync("Catches");
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TaskFailed"));
        await node.EvictAsync(id);
        await node.Client.RaiseEventAsync(id, "go", "x");
        await node.EndOfAsync(id);

        Assert.Equal(2, seen.Count);
        Assert.All(seen, properties =>
        {
            Assert.Equal("text", properties!["Text"]);
            Assert.Equal(true, properties["truth"]);
            Assert.Null(properties["nothing"]);
            Assert.Equal(1d, properties["int"]);
            Assert.Equal(9_007_199_254_740_992d, properties["long"]);
            Assert.Equal(0.5d, properties["decimal"]);
            Assert.Equal([1d, "a"], Assert.IsType<List<object?>>(properties["list"]));
            Assert.Equal(2d, Assert.IsType<Dictionary<string, object?>>(properties["map"])["Inner"]);
            Assert.Equal("Friday", properties["enum"]);
            Assert.Equal("01:01:30", properties["span"]);
            Assert.Equal("2026-01-02T03:04:05.0000000Z", properties["date"]);
        });
    }

    [Fact]
    public async Task WithoutAProvider_OrForAnotherException_ThereAreNoProperties()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                tasks.AddActivityFunc<string>("Throw", _ => Task.FromException<string>(new InvalidOperationException("plain")));
                tasks.AddOrchestratorFunc<int>("Counts", async context =>
                {
                    try
                    {
                        await context.CallActivityAsync("Throw");
                        return -1;
                    }
                    catch (TaskFailedException exception)
                    {
                        return exception.FailureDetails.Properties?.Count ?? 0;
                    }
                });
            },
            services: s => s.AddSingleton<IExceptionPropertiesProvider, Provider>());

        Assert.Equal(0, await node.OutputOfAsync<int>(await node.ScheduleAsync("Counts")));
    }

    [Fact]
    public async Task PropertiesOfAnActivitysException_PassThroughAChildAndAnotherNode()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                tasks.AddActivityFunc<string>("Throw", _ => Task.FromException<string>(new OddException()));
                tasks.AddOrchestratorFunc("Child", context => context.CallActivityAsync("Throw"));
                tasks.AddOrchestratorFunc<object?>("Parent", async context =>
                {
                    try
                    {
                        await context.CallSubOrchestratorAsync("Child");
                        return null;
                    }
                    catch (TaskFailedException exception)
                    {
                        return exception.FailureDetails.InnerFailure!.Properties!["int"];
                    }
                });
            },
            services: s => s.AddSingleton<IExceptionPropertiesProvider, Provider>());

        Assert.Equal(1d, await node.OutputOfAsync<double>(await node.ScheduleAsync("Parent")));
    }

    [Fact]
    public async Task FailureOfAnInstance_HasItsTypeMessageStackAndInnerFailures()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddActivityFunc<string>("Throw", _ => Task.FromException<string>(new ArgumentException("outer\nline two", new FormatException("inner"))));
            tasks.AddOrchestratorFunc("Fails", context => context.CallActivityAsync("Throw"));
        });

        var end = await node.RunAsync("Fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails!.ErrorType);
        var ofActivity = end.FailureDetails.InnerFailure!;
        Assert.Equal(typeof(ArgumentException).FullName, ofActivity.ErrorType);
        Assert.Equal("outer\nline two", ofActivity.ErrorMessage);
        Assert.StartsWith("   at ", ofActivity.StackTrace, StringComparison.Ordinal);
        Assert.Equal(typeof(FormatException).FullName, ofActivity.InnerFailure!.ErrorType);
        Assert.True(ofActivity.IsCausedBy<ArgumentException>());
        Assert.StartsWith(typeof(TaskFailedException).FullName!, end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RetriesOfAnActivity_GoOnOverAnEviction_AndCountFromTheFirst()
    {
        await using var hub = await TestHub.CreateAsync();
        var calls = 0;
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddActivityFunc<string>("Flaky", (TaskActivityContext _) => Interlocked.Increment(ref calls) < 4 ? throw new InvalidOperationException($"{calls}") : "well");
            tasks.AddOrchestratorFunc<string>("Retries", context => context.CallActivityAsync<string>(
                "Flaky", TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromMilliseconds(400)))));
        });
        var id = await node.ScheduleAsync("Retries");
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TimerCreated"));
        await node.EvictAsync(id);

        Assert.Equal("well", await node.OutputOfAsync<string>(id));
        Assert.Equal(4, calls);
    }

    private sealed class OddException : Exception;

    private sealed class Provider : IExceptionPropertiesProvider
    {
        public IDictionary<string, object?>? GetExceptionProperties(Exception exception) => exception is not OddException ? null : new Dictionary<string, object?>
        {
            ["Text"] = "text",
            ["truth"] = true,
            ["nothing"] = null,
            ["int"] = 1,
            ["long"] = 9_007_199_254_740_992,
            ["decimal"] = 0.5m,
            ["list"] = (object[])[1, "a"],
            ["map"] = new Dictionary<string, int> { ["Inner"] = 2 },
            ["enum"] = DayOfWeek.Friday,
            ["span"] = TimeSpan.FromSeconds(3690),
            ["date"] = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        };
    }
}
