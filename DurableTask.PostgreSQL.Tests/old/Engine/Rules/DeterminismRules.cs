using System.Collections.Concurrent;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What holds when an orchestrator is run again from its start: each step of these runs is replayed on a node of its own.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class DeterminismRules(LocalServicesFixture services)
{
    [Fact]
    public async Task NewGuidAndTime_AreEqualOverReplays_AndGuidsAreOfVersionFive()
    {
        var seen = new ConcurrentBag<string>();
        await ReplayedAsync(async context =>
        {
            seen.Add($"{context.NewGuid()} {context.CurrentUtcDateTime:O} {context.CurrentUtcDateTime.Kind}");
            await context.WaitForExternalEvent<string>("go");
            seen.Add($"{context.NewGuid()} {context.CurrentUtcDateTime:O} {context.CurrentUtcDateTime.Kind}");
            await context.WaitForExternalEvent<string>("go");
        });

        var facts = seen.Distinct().ToList();
        Assert.Equal(2, facts.Count);
        Assert.All(facts, f => Assert.Equal('5', f[14]));
        Assert.All(facts, f => Assert.EndsWith("Utc", f, StringComparison.Ordinal));
        Assert.True(seen.Count > facts.Count, "The orchestrator was not replayed.");
    }

    [Fact]
    public async Task IsReplaying_IsFalseExactlyWhereTheCodeRunsForTheFirstTime()
    {
        var seen = new ConcurrentQueue<string>();
        await ReplayedAsync(async context =>
        {
            seen.Enqueue(context.IsReplaying ? "0 T" : "0 F");
            await context.WaitForExternalEvent<string>("go");
            seen.Enqueue(context.IsReplaying ? "1 T" : "1 F");
            await context.WaitForExternalEvent<string>("go");
            seen.Enqueue(context.IsReplaying ? "2 T" : "2 F");
        });

        Assert.Equal(["0 F", "0 T", "1 F", "0 T", "1 T", "2 F"], seen);
    }

    [Fact]
    public async Task ReplaySafeLogger_WritesOnceAPoint_AndAnOrdinaryOneAgainInEachReplay()
    {
        var loggers = new Lines();
        await ReplayedAsync(
            async context =>
            {
                var safe = context.CreateReplaySafeLogger("Safe");
                var plain = loggers.CreateLogger("Plain");
                safe.LogInformation("zero");
                plain.LogInformation("zero");
                await context.WaitForExternalEvent<string>("go");
                safe.LogInformation("one");
                plain.LogInformation("one");
                await context.WaitForExternalEvent<string>("go");
            },
            loggers);

        Assert.Equal(["zero", "one"], loggers.Of("Safe"));
        Assert.Equal(["zero", "zero", "one", "zero", "one"], loggers.Of("Plain"));
    }

    /// <summary>Runs an orchestrator that waits for "go" twice, each time on a new node.</summary>
    private async Task ReplayedAsync(Func<TaskOrchestrationContext, Task> orchestrator, ILoggerFactory? loggers = null)
    {
        var database = await services.CreateDatabaseAsync();
        var functions = new TestFunctions().Orchestrator("Replayed", async context =>
        {
            await orchestrator(context);
            return "end";
        });
        string id;
        await using (var first = await EngineNode.StartAsync(database, functions, loggers: loggers))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Replayed");
            await first.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        }

        for (var step = 1; step <= 2; step++)
        {
            await using var next = await EngineNode.StartAsync(database, functions, loggers: loggers);
            await next.Client.RaiseEventAsync(id, "go", "x");
            var passed = step;
            await Eventually.TrueAsync(async () => (await next.HistoryAsync(id)).Count(t => t == "EventRaised") == passed);
            if (step == 2)
            {
                Assert.Equal(OrchestrationRuntimeStatus.Completed, (await next.EndOfAsync(id)).RuntimeStatus);
            }
        }
    }

    private sealed class Lines : ILoggerFactory
    {
        private readonly ConcurrentQueue<(string Category, string Line)> _lines = new();

        public IEnumerable<string> Of(string category) => _lines.Where(l => l.Category == category).Select(l => l.Line);

        public ILogger CreateLogger(string categoryName) => new Logger(line => _lines.Enqueue((categoryName, line)));

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(Action<string> write) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter) => write(formatter(state, exception));
        }
    }
}
