using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.Simulator;

public sealed class StableDiffusionTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    [Fact]
    public async Task TextToImage_Batch_GivesThatManyPicturesAndDescribesTheRunInAString()
    {
        var response = await PostAsync(new { prompt = "A cat", negative_prompt = "dogs", seed = 7, steps = 4, width = 128, height = 64, batch_size = 2 });

        var body = await SimulatorFixture.JsonOf(response);
        var images = body["images"]!.AsArray();
        Assert.Equal(2, images.Count);
        Assert.All(images, i => Assert.Equal(128, Picture.ReadPng(Convert.FromBase64String((string)i!)).Width));
        var info = JsonNode.Parse((string)body["info"]!)!;
        Assert.Equal((7, "dogs"), ((int)info["seed"]!, (string)info["negative_prompt"]!));
        Assert.Equal("A cat", (string?)body["parameters"]!["prompt"]);
    }

    [Fact]
    public async Task TextToImage_Seed_DecidesThePicture()
    {
        var (one, again, other) = (await FirstAsync(1), await FirstAsync(1), await FirstAsync(2));

        Assert.Equal(one, again);
        Assert.NotEqual(one, other);

        async Task<string> FirstAsync(int seed) =>
            (string)(await SimulatorFixture.JsonOf(await PostAsync(new { prompt = "A cat", seed, width = 64, height = 64 }, "a/image/0")))["images"]![0]!;
    }

    [Fact]
    public async Task TextToImage_SizeOutOfRange_IsAValidationError()
    {
        var response = await PostAsync(new { prompt = "A cat", width = 9000 });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(["body", "width"], (await SimulatorFixture.JsonOf(response))["detail"]![0]!["loc"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task Fault_ByHeaderIdentity_CountsByPart()
    {
        var part = $"{SimulatorFixture.NewCampaign()}/image/2";
        object body = new { prompt = "A cat [[fault: image/2 500]]", width = 64, height = 64 };

        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(body, part)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(body, part)).StatusCode);
    }

    [Fact]
    public async Task Progress_NothingRuns_IsZero() =>
        Assert.Equal(0, (double)(await simulator.Http.GetFromJsonAsync<JsonNode>("/sdapi/v1/progress"))!["state"]!["sampling_steps"]!);

    private Task<HttpResponseMessage> PostAsync(object body, string? part = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/sdapi/v1/txt2img") { Content = JsonContent.Create(body) };
        if (part is not null) request.Headers.Add("X-Campaign-Part", part);
        return simulator.Http.SendAsync(request);
    }
}
