using FunctionApp.Tests.EmbeddedFunctions.Engine;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Orchestrators and activities that are classes, run by functions of the form that the official source generator writes.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ClassFunctionTests(LocalServicesFixture services)
{
    [Fact]
    public async Task GeneratedFunctions_RunTheirClasses()
    {
        await using var host = await FunctionHost.StartAsync(
            [typeof(ClassFunctions)],
            builder => builder.Services.AddSingleton<Journal>(),
            $"ConnectionStrings:Postgres={await services.CreateDatabaseAsync()}");
        var client = host.Services.GetRequiredService<DurableTaskClient>();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("GreetAll", (List<string>)["Ann", "Bob"]);
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, EngineNode.Patience);

        Assert.Equal("Hello Ann! Hello Bob!", end.ReadOutputAs<string>());
        Assert.Equal([$"Greet {id}", $"Greet {id}"], host.Services.GetRequiredService<Journal>().Lines);
    }

    [Fact]
    public async Task Classes_WithoutFunctions_AreNothingToTheHost()
    {
        await using var host = await FunctionHost.StartAsync(
            [typeof(GreetAll), typeof(Greet)],
            settings: $"ConnectionStrings:Postgres={await services.CreateDatabaseAsync()}");

        Assert.Null(host.Services.GetService<DurableTaskClient>());
    }

    [Fact]
    public async Task Input_OfAnotherType_IsRefused_AndNoneIsTheDefault()
    {
        ITaskOrchestrator twice = new Twice();

        Assert.Equal((typeof(int), typeof(int)), (twice.InputType, twice.OutputType));
        Assert.Equal(42, await twice.RunAsync(Context, 21));
        Assert.Equal(0, await twice.RunAsync(Context, input: null));
        await Assert.ThrowsAsync<ArgumentException>(() => twice.RunAsync(Context, "21"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => twice.RunAsync(null!, 21));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("Other", "Other")]
    public void Attribute_WithoutAName_HasTheDefaultOne(string? given, string? name) =>
        Assert.Equal(name, new DurableTaskAttribute(given).Name.Name);

    private static DurableTask.FakeContext Context => new(NullLoggerFactory.Instance);

    private sealed class Twice : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(2 * input);
    }
}
