using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What becomes of values on their way through an orchestration.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class DataRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task EveryKindOfValue_ComesBackAsItWas()
    {
        node.Functions
            .Activity<JsonElement, JsonElement>("Values-json", e => e)
            .Activity<int?, int?>("Values-null", n => n)
            .Activity<DayOfWeek, DayOfWeek>("Values-enum", d => d)
            .Activity<Kinds, Kinds>("Values-kinds", k => k);
        var kinds = new Kinds(12.3400m, new TimeSpan(1, 1, 30), [1, 2], 'c', new DateOnly(2026, 1, 2), new TimeOnly(3, 4), new Version(1, 2), null);

        var end = await node.RunAsync(
            async context => string.Join(
                '|',
                await context.CallActivityAsync<JsonElement>("Values-json", new { A = 1, B = "x" }),
                await context.CallActivityAsync<int?>("Values-null", input: null) is null,
                await context.CallActivityAsync<DayOfWeek>("Values-enum", DayOfWeek.Friday),
                JsonSerializer.Serialize(await context.CallActivityAsync<Kinds>("Values-kinds", context.GetInput<Kinds>()))),
            kinds);

        Assert.Equal($"{{\"A\":1,\"B\":\"x\"}}|True|Friday|{JsonSerializer.Serialize(kinds)}", end.ReadOutputAs<string>());
        Assert.Equal(
            "{\"Price\":12.3400,\"Span\":\"01:01:30\",\"Bytes\":\"AQI=\",\"Letter\":\"c\",\"Day\":\"2026-01-02\",\"Time\":\"03:04:00\",\"Version\":\"1.2\",\"None\":null}",
            end.SerializedInput);
    }

    [Fact]
    public async Task DerivedValue_IsWrittenAsWhatItIs_WithoutItsBasesDiscriminator()
    {
        node.Functions.Activity<JsonElement, string>("Derived", e => e.GetRawText());

        var end = await node.RunAsync(context => context.CallActivityAsync<string>("Derived", new Circle { Name = "c", Radius = 2 }));

        Assert.Equal("""{"Radius":2,"Name":"c"}""", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task LargeText_ComesBackWhole(int length)
    {
        node.Functions.Activity<string, string>("Large", s => s);
        var text = new string('x', length - 1) + 'é';

        var end = await node.RunAsync(context => context.CallActivityAsync<string>("Large", context.GetInput<string>()), text);

        Assert.Equal(text, end.ReadInputAs<string>());
        Assert.Equal(text, end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task NullInput_IsTheTypesDefault_AndANullResultIsNone()
    {
        var end = await node.RunAsync(context =>
            Task.FromResult(context.GetInput<string>() is null && context.GetInput<int>() == 0 ? null : "something"));

        Assert.Null(end.SerializedInput);
        Assert.Null(end.SerializedOutput);
    }

    [Fact]
    public async Task CustomStatus_CanBeTakenBack()
    {
        var id = await node.StartAsync(async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus(null);
            return "x";
        });
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus == "{\"Step\":1}");

        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("null", (await node.Node.EndOfAsync(id)).SerializedCustomStatus);
    }

    public sealed record Kinds(
        decimal Price, TimeSpan Span, byte[] Bytes, char Letter, DateOnly Day, TimeOnly Time, Version Version, string? None);

    [JsonDerivedType(typeof(Circle), "circle")]
    public class Shape
    {
        public string? Name { get; set; }
    }

    public sealed class Circle : Shape
    {
        public int Radius { get; set; }
    }
}
