using System.Text;
using System.Text.Json;
using Atelier.Generation.Json;

namespace FunctionApp.Tests.Generation;

public sealed class LenientJsonTests
{
    [Theory]
    [InlineData("""{"a":"x\u0000y"}""", "x\uFFFDy")]
    [InlineData("""{"a":"x\ud83dy"}""", "x\uFFFDy")]
    [InlineData("""{"a":"x\uDE00y"}""", "x\uFFFDy")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", "\uFFFD\U0001F600")]
    [InlineData("""{"a":"\ude00\ud83d"}""", "\uFFFD\uFFFD")]
    [InlineData("""{"a":"\ud83d\\ude00"}""", "\uFFFD\\ude00")]
    [InlineData("""{"a":"\\ud83d"}""", "\\ud83d")]
    [InlineData("""{"a":"\\\ud83d"}""", "\\\uFFFD")]
    [InlineData("""{"a":"\ud83d\n"}""", "\uFFFD\n")]
    [InlineData("""{"a":"\u00e9\ud83d\ude00"}""", "é\U0001F600")]
    public void Parse_InvalidEscapes_AreReplaced(string json, string expected)
    {
        using var document = LenientJson.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal(expected, document.RootElement.Text("a"));
    }

    [Fact]
    public void Parse_BytesThatAreNotUtf8_AreReplaced()
    {
        using var document = LenientJson.Parse((byte[])[.. "{\"a"u8, 0xFF, .. "\":\"x"u8, 0xC3, 0x28, .. "\"}"u8]);

        Assert.Equal("x\uFFFD(", document.RootElement.EnumerateObject().Single().Value.Text());
    }

    [Fact]
    public void Parse_NameWithHalfAPair_OtherNamesCanBeRead()
    {
        using var document = LenientJson.Parse("""{"\ud83d":1,"a":"x"}"""u8.ToArray());

        Assert.Equal("x", document.RootElement.Text("a"));
        Assert.Equal(["\uFFFD", "a"], document.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped()
    {
        using var document = LenientJson.Parse((byte[])[0xEF, 0xBB, 0xBF, .. """{"a":"x"}"""u8]);

        Assert.Equal("x", document.RootElement.Text("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\\")]
    [InlineData("\\u")]
    [InlineData("""{"a":"\ud83d""")]
    [InlineData("""{"a":"\u""")]
    [InlineData("""{"a":"\uZZZZ"}""")]
    [InlineData("not JSON \\ud83d")]
    public void Parse_NotJson_SaysSo(string text) =>
        Assert.ThrowsAny<JsonException>(() => LenientJson.Parse(Encoding.UTF8.GetBytes(text)));
}
