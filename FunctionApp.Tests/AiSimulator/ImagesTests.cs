using System.Net;
using System.Net.Http.Json;

namespace FunctionApp.Tests.Simulator;

public sealed class ImagesTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("1024x1024", 1024, 1024)]
    [InlineData("1536x1024", 1536, 1024)]
    [InlineData("1024x1536", 1024, 1536)]
    [InlineData("auto", 1024, 1024)]
    public async Task Images_Png_HasTheAskedSizeAndAPicture(string size, int width, int height)
    {
        var body = await SimulatorFixture.JsonOf(await simulator.ImageAsync("A beach", size: size));

        var file = SimulatorFixture.PictureOf(body);
        var picture = Picture.ReadPng(file);
        Assert.Equal((width, height), (picture.Width, picture.Height));
        Assert.Equal(1000, picture.Colours());
        Assert.InRange(file.Length, 50_000, 1_500_000);
        Assert.Equal($"{width}x{height}", (string?)body["size"]);
        Assert.Equal((int)body["usage"]!["total_tokens"]!, (int)body["usage"]!["input_tokens"]! + (int)body["usage"]!["output_tokens"]!);
    }

    [Fact]
    public async Task Images_Jpeg_ShowsTheSamePictureAsPng()
    {
        var png = Picture.ReadPng(SimulatorFixture.PictureOf(await SimulatorFixture.JsonOf(await simulator.ImageAsync("A city", "jpeg/image/0"))));
        var jpeg = Picture.ReadJpeg(SimulatorFixture.PictureOf(await SimulatorFixture.JsonOf(await simulator.ImageAsync("A city", "jpeg/image/0", format: "jpeg"))));

        Assert.Equal((1024, 1024), (jpeg.Width, jpeg.Height));
        var (expected, seen) = (png.Luminance(), jpeg.Luminance());
        Assert.InRange(seen.Average() - expected.Average(), -1, 1);
        Assert.InRange(expected.Zip(seen, (a, b) => Math.Abs(a - b)).Average(), 0, 2);
        Assert.True(seen.Max() - seen.Min() > 50);
    }

    [Fact]
    public async Task Images_SamePromptAndIndex_GiveTheSameBytes()
    {
        await using var other = await SimulatorFixture.StartAsync();
        var first = await PictureAsync(simulator, "A red car", "a/image/2");
        var second = await PictureAsync(other, "A red car", "b/image/2");
        var nextIndex = await PictureAsync(simulator, "A red car", "a/image/3");
        var otherPrompt = await PictureAsync(simulator, "A green bottle", "a/image/2");

        Assert.Equal(first, second);
        Assert.NotEqual(first, nextIndex);
        Assert.NotEqual(first, otherPrompt);
    }

    [Fact]
    public async Task Images_Directive_DoesNotChangeThePicture()
    {
        var plain = await PictureAsync(simulator, "A mountain", "c/image/0");
        var directed = await PictureAsync(simulator, "A mountain [[fault: text 500]]", "c/image/0");

        Assert.Equal(plain, directed);
    }

    [Theory]
    [InlineData("size", "800x600")]
    [InlineData("quality", "hd")]
    [InlineData("output_format", "gif")]
    [InlineData("n", 11)]
    [InlineData("prompt", "")]
    [InlineData("model", "")]
    [InlineData("response_format", "b64_json")]
    public async Task Images_InvalidField_IsRefusedAndNamed(string field, object value)
    {
        var body = new Dictionary<string, object> { ["model"] = "m", ["prompt"] = "p", [field] = value };

        var response = await simulator.Http.PostAsJsonAsync("/v1/images/generations", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, (string?)(await SimulatorFixture.JsonOf(response))["error"]!["param"]);
    }

    [Theory]
    [InlineData("a beach at sunset")]
    [InlineData("a sailboat at sea")]
    [InlineData("snow on the mountains")]
    [InlineData("the city at night")]
    [InlineData("a misty forest")]
    [InlineData("flowers and a balloon")]
    [InlineData("dunes in the desert")]
    [InlineData("a planet in space")]
    [InlineData("a cup of coffee with a cat and a dog")]
    [InlineData("a new product")]
    [InlineData("a fast car")]
    [InlineData("abstract music")]
    public async Task Images_EverySceneInOddSizes_IsPainted(string prompt)
    {
        foreach (var (width, height) in ((int, int)[])[(331, 97), (64, 200), (17 * 8, 16 * 8)])
        {
            var response = await simulator.Http.PostAsJsonAsync("/sdapi/v1/txt2img", new { prompt, width, height });
            var picture = Picture.ReadPng(Convert.FromBase64String((string)(await SimulatorFixture.JsonOf(response))["images"]![0]!));
            Assert.Equal((width, height), (picture.Width, picture.Height));
            Assert.True(picture.Colours() > 100);
        }
    }

    [Fact]
    public async Task Images_Plain_AreTheSameForEveryPrompt()
    {
        await using var plain = await SimulatorFixture.StartAsync(o => o.Pictures = global::AiSimulator.Painting.PictureStyle.Plain);

        Assert.Equal(await PictureAsync(plain, "One", "a/image/0"), await PictureAsync(plain, "Two", "b/image/7"));
    }

    private static async Task<byte[]> PictureAsync(SimulatorFixture simulator, string prompt, string user) =>
        SimulatorFixture.PictureOf(await SimulatorFixture.JsonOf(await simulator.ImageAsync(prompt, user)));
}
