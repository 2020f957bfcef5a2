using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using DurableTask.PostgreSQL.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableTask.PostgreSQL.Tests.Workers;

/// <summary>Services of orchestrators and activities: a scope for each extended session and for each execution of an activity.</summary>
public sealed class ScopeTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<int, bool> _services = new();
    private TestHub _hub = null!;
    private TestNode _node = null!;
    private PostgreSqlDurableTaskWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _hub = await TestHub.CreateAsync();
        _node = _hub.NewNode(_ => { }, services: s => s.AddSingleton(_services).AddScoped<Counted>());
        _worker = new PostgreSqlDurableTaskWorker(
            "worker",
            new Factory(),
            _node.Service,
            _node.Services.GetRequiredService<IOptionsMonitor<DurableTaskWorkerOptions>>(),
            _node.Services,
            _node.Services.GetRequiredService<ILoggerFactory>());
        await _worker.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _worker.StopAsync(CancellationToken.None);
        _worker.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task EachActivityAndEachSession_HasServicesOfItsOwn_WhichAreDisposed()
    {
        var id = await _node.ScheduleAsync("Steps");
        var ofActivities = (await _node.OutputOfAsync<int[]>(id))!;

        Assert.Equal(3, ofActivities.Distinct().Count());
        Assert.DoesNotContain((await _node.FindAsync(id)).ReadCustomStatusAs<int>(), ofActivities);
        await Eventually.TrueAsync(() => _services.Count == 4 && _services.Values.All(isDisposed => isDisposed));
    }

    [Fact]
    public async Task ServicesOfASession_AreDisposedWhenItIsEvicted()
    {
        var id = await _node.ScheduleAsync("Waits");
        await Eventually.TrueAsync(() => _services.Count == 1);
        Assert.False(_services.Values.Single());

        await _node.EvictAsync(id);
        Assert.True(_services.Values.Single());
        await _node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("x", await _node.OutputOfAsync<string>(id));
        Assert.Equal(2, _services.Count);
    }

    [Fact]
    public async Task ServicesOfEachGeneration_AreDisposed()
    {
        await _node.EndOfAsync(await _node.ScheduleAsync("Generations", 4));

        await Eventually.TrueAsync(() => _services.Count == 5 && _services.Values.All(isDisposed => isDisposed));
    }

    [Fact]
    public async Task ServicesOfAFailedActivityAndOrchestration_AreDisposed()
    {
        await _node.EndOfAsync(await _node.ScheduleAsync("Fails"));

        await Eventually.TrueAsync(() => _services.Count == 2 && _services.Values.All(isDisposed => isDisposed));
    }

    /// <summary>A scoped service that records when it was disposed.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly ConcurrentDictionary<int, bool> _all;

        public Counted(ConcurrentDictionary<int, bool> all)
        {
            _all = all;
            Number = all.Count + 1;
            all[Number] = false;
        }

        public int Number { get; }

        public void Dispose() => _all[Number] = true;
    }

    /// <summary>Makes orchestrators and activities that take a scoped service, as a host of functions does.</summary>
    private sealed class Factory : IDurableTaskFactory
    {
        public bool TryCreateActivity(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskActivity? activity)
        {
            var service = serviceProvider.GetRequiredService<Counted>();
            activity = new Activity(() => name == "Fail" ? throw new InvalidOperationException() : service.Number);
            return true;
        }

        public bool TryCreateOrchestrator(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator)
        {
            var service = serviceProvider.GetRequiredService<Counted>();
            orchestrator = new Orchestrator(name.Name switch
            {
                "Steps" => async (context, _) =>
                {
                    var numbers = new List<int>();
                    for (var n = 0; n < 3; n++)
                    {
                        numbers.Add(await context.CallActivityAsync<int>("Step"));
                    }

                    context.SetCustomStatus(service.Number);
                    return numbers;
                }
                ,
                "Waits" => async (context, _) => await context.WaitForExternalEvent<string>("go"),
                "Fails" => async (context, _) => await context.CallActivityAsync<int>("Fail"),
                _ => (context, input) =>
                {
                    if (input > 0)
                    {
                        context.ContinueAsNew(input - 1);
                    }

                    return Task.FromResult<object?>(service.Number);
                }
                ,
            });
            return true;
        }
    }

    private sealed class Activity(Func<int> run) : TaskActivity<object?, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, object? input) => Task.FromResult(run());
    }

    private sealed class Orchestrator(Func<TaskOrchestrationContext, int, Task<object?>> run) : TaskOrchestrator<int, object?>
    {
        public override Task<object?> RunAsync(TaskOrchestrationContext context, int input) => run(context, input);
    }
}
