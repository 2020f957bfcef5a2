using System.Text.Json;
using Microsoft.DurableTask.Converters;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class JsonDataConverterTests
{
    [Fact]
    public void Worker_Object_IsWrittenAsDeclaredWithoutFields()
        => Assert.Equal("""{"Name":"\u00E9","Kind":1,"None":null}""", JsonDataConverter.Worker.Serialize(new Sample { Name = "é", Field = 3 }));

    [Fact]
    public void Worker_NamesInAnyCase_AreRead()
        => Assert.Equal("x", JsonDataConverter.Worker.Deserialize<Sample>("""{"NAME":"x"}""")!.Name);

    [Fact]
    public void Default_Fields_AreWrittenAndRead()
        => Assert.Equal(3, JsonDataConverter.Default.Deserialize<Sample>(JsonDataConverter.Default.Serialize(new Sample { Field = 3 }))!.Field);

    [Fact]
    public void SerializeAndDeserialize_Null_StayNull()
    {
        Assert.Null(JsonDataConverter.Worker.Serialize(null));
        Assert.Null(JsonDataConverter.Worker.Deserialize(null, typeof(int)));
        Assert.Equal(0, JsonDataConverter.Worker.Deserialize<int>(null));
    }

    [Fact]
    public void Deserialize_WrongType_ThrowsJsonException()
        => Assert.Throws<JsonException>(() => JsonDataConverter.Worker.Deserialize<int>("\"x\""));

    private sealed class Sample
    {
        public int Field;

        public string? Name { get; set; }

        public DayOfWeek Kind { get; set; } = DayOfWeek.Monday;

        public object? None { get; set; }
    }
}
