using FunctionApp.Tests.EmbeddedFunctions.Engine;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Middleware runs around each episode of an orchestrator, as on the official worker.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class EpisodeTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Middleware_BeginsInEachEpisode_AndReturnsInTheLastAlone()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var id = await Client(host).ScheduleNewOrchestrationInstanceAsync("TwoSteps");
        await Eventually.TrueAsync(() => Task.FromResult(Lines(host).Count == 3));
        await Client(host).RaiseEventAsync(id, "go", "x");
        var end = await EndOfAsync(host, id);

        Assert.Equal(["before", "activity", "before", "before", "after 1 2 3"], Lines(host));
        Assert.Equal("1 2 3", end.ReadOutputAs<string>());
        Assert.Equal(3, Witness(host).Invocations.Distinct().Count());
    }

    [Fact]
    public async Task Middleware_SeesTheOrchestratorsOwnException_InTheLastEpisode()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var end = await RunAsync(host, "FailsLate");

        Assert.Equal(["before", "activity", "before", "System.OverflowException too much"], Lines(host));
        Assert.Equal("System.OverflowException: too much", end.SerializedOutput);
    }

    [Fact]
    public async Task Middleware_RunsAgainAroundAReturnedFunction_UntilNothingIsOutstanding()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var end = await RunAsync(host, "Forgets");

        Assert.Equal(["before", "after returned", "activity", "before", "after returned"], Lines(host));
        Assert.Equal("returned", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Replay_IsAnEpisodeToo()
    {
        var database = await services.CreateDatabaseAsync();
        string id;
        await using (var first = await StartAsync(database))
        {
            id = await Client(first).ScheduleNewOrchestrationInstanceAsync("TwoSteps");
            await Eventually.TrueAsync(() => Task.FromResult(Lines(first).Count == 3));
        }

        await using var second = await StartAsync(database);
        await Eventually.TrueAsync(() => Task.FromResult(Lines(second).Count == 1));
        await Client(second).RaiseEventAsync(id, "go", "x");
        await EndOfAsync(second, id);

        // The event may come while the replay is still under way, and then belongs to its episode.
        var episodes = Lines(second).Count(line => line == "before");
        Assert.InRange(episodes, 1, 2);
        Assert.Equal($"after 1 1 {episodes}", Lines(second)[^1]);
    }

    [Fact]
    public async Task Termination_IsAnEpisode_ThatDoesNotReturn()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var id = await Client(host).ScheduleNewOrchestrationInstanceAsync("TwoSteps");
        await Eventually.TrueAsync(() => Task.FromResult(Lines(host).Count == 3));
        await Client(host).TerminateInstanceAsync(id, "enough");
        var end = await EndOfAsync(host, id);

        Assert.Equal(["before", "activity", "before", "before"], Lines(host));
        Assert.Equal("\"enough\"", end.SerializedOutput);
    }

    [Fact]
    public async Task UnfinishedEpisodes_AreForgotten()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var id = await Client(host).ScheduleNewOrchestrationInstanceAsync("TwoSteps");
        await Eventually.TrueAsync(() => Task.FromResult(Lines(host).Count == 3));
        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            return Task.FromResult(Witness(host).Kept.All(kept => !kept.IsAlive));
        });

        await Client(host).RaiseEventAsync(id, "go", "x");
        Assert.Equal("1 2 3", (await EndOfAsync(host, id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Scope_IsTheMiddlewaresAndTheFunctions_AndEndsWithTheInstance()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync());
        var ended = await Client(host).ScheduleNewOrchestrationInstanceAsync("Scopes");
        await Client(host).RaiseEventAsync(ended, "go", "x");
        var end = await EndOfAsync(host, ended);
        Assert.Contains(end.ReadOutputAs<Guid>(), Witness(host).Scopes);
        await Eventually.TrueAsync(() => Task.FromResult(Lines(host, disposals: true).Count(line => line == "disposed") == Witness(host).Scopes.Count));

        var terminated = await Client(host).ScheduleNewOrchestrationInstanceAsync("Scopes");
        await Client(host).WaitForInstanceStartAsync(terminated, EngineNode.Patience);
        await Client(host).TerminateInstanceAsync(terminated);
        await EndOfAsync(host, terminated);
        await Eventually.TrueAsync(() => Task.FromResult(Lines(host, disposals: true).Count(line => line == "disposed") == Witness(host).Scopes.Count));
    }

    [Fact]
    public async Task Middleware_ThatAnswersInsteadOfTheFunction_EndsTheOrchestration()
    {
        await using var host = await StartAsync(await services.CreateDatabaseAsync(), builder => builder.UseMiddleware((context, next) =>
        {
            context.GetInvocationResult().Value = "instead";
            return Task.CompletedTask;
        }));

        Assert.Equal("instead", (await RunAsync(host, "TwoSteps")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Middleware_ThatAwaitsAnythingElse_FailsTheInstance(int episode)
    {
        var begun = 0;
        await using var host = await StartAsync(await services.CreateDatabaseAsync(), builder => builder.UseWhen(
            context => context.FunctionDefinition.Name == "FailsLate",
            async (_, next) =>
            {
                if (++begun == episode) await default(Elsewhere);
                await next();
            }));
        var end = await RunAsync(host, "FailsLate");

        Assert.StartsWith(
            "System.InvalidOperationException: An invalid asynchronous invocation was detected.", end.SerializedOutput, StringComparison.Ordinal);
    }

    private static Task<FunctionHost> StartAsync(string database, Action<FunctionsApplicationBuilder>? configure = null) => FunctionHost.StartAsync(
        [typeof(EpisodeFunctions)],
        builder =>
        {
            builder.Services.AddSingleton<Journal>();
            builder.Services.AddScoped<ScopedService>();
            if (configure is null) builder.UseMiddleware<EpisodeWitness>();
            else configure(builder);
        },
        $"ConnectionStrings:Postgres={database}");

    private static DurableTaskClient Client(FunctionHost host) => host.Services.GetRequiredService<DurableTaskClient>();

    private static async Task<OrchestrationMetadata> RunAsync(FunctionHost host, string orchestrator) =>
        await EndOfAsync(host, await Client(host).ScheduleNewOrchestrationInstanceAsync(orchestrator));

    private static Task<OrchestrationMetadata> EndOfAsync(FunctionHost host, string id) =>
        Client(host).WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, EngineNode.Patience);

    private static EpisodeWitness Witness(FunctionHost host) => host.Services.GetRequiredService<EpisodeWitness>();

    private static List<string> Lines(FunctionHost host, bool disposals = false) =>
        [.. host.Services.GetRequiredService<Journal>().Lines.Where(line => disposals || line != "disposed")];
}
