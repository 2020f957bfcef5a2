using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AiSimulator;

namespace FunctionApp.Tests.Simulator;

public sealed class CallbackTests : IAsyncLifetime
{
    private readonly string _campaign = SimulatorFixture.NewCampaign();
    private SimulatorFixture _simulator = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorFixture.StartAsync();
        _receiver = await WebhookReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Submit_Job_CallsBackSignedWithAnAddress()
    {
        var response = await SubmitAsync("A lake");
        var accepted = await SimulatorFixture.JsonOf(response);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("queued", (string?)accepted["status"]);

        var callback = await _receiver.NextAsync();

        Assert.Equal(((string)accepted["id"]!, "succeeded"), ((string)callback.Json["id"]!, (string)callback.Json["status"]!));
        Assert.True(IsSigned(callback));
        var picture = Picture.ReadJpeg(await _simulator.Http.GetByteArrayAsync((string)callback.Json["imageUrl"]!));
        Assert.Equal((320, 200), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task Submit_Inline_CarriesThePicture()
    {
        await SubmitAsync("A lake", deliver: "inline");

        var callback = await _receiver.NextAsync();

        Assert.Null(callback.Json["imageUrl"]);
        Assert.Equal(320, Picture.ReadJpeg(Convert.FromBase64String((string)callback.Json["b64"]!)).Width);
    }

    [Fact]
    public async Task Submit_SameIdempotencyKey_GivesTheSameJob()
    {
        var first = await SimulatorFixture.JsonOf(await SubmitAsync("A lake", key: "key-1"));
        var second = await SimulatorFixture.JsonOf(await SubmitAsync("A lake", key: "key-1"));
        var third = await SimulatorFixture.JsonOf(await SubmitAsync("A lake", key: "key-2"));

        Assert.Equal((string?)first["id"], (string?)second["id"]);
        Assert.NotEqual((string?)first["id"], (string?)third["id"]);
    }

    [Fact]
    public async Task Fault_CallbackForged_DoesNotVerify()
    {
        await SubmitAsync("A lake [[fault: image/0 callback-forged]]");

        var (forged, real) = (await _receiver.NextAsync(), await _receiver.NextAsync());

        Assert.False(IsSigned(forged));
        Assert.True(IsSigned(real));
    }

    [Fact]
    public async Task Fault_JobFailed_CallsBackWithAnError()
    {
        await SubmitAsync("A lake [[fault: image/0 job-failed]]");

        var callback = await _receiver.NextAsync();

        Assert.Equal("failed", (string?)callback.Json["status"]);
        Assert.Equal("generation_failed", (string?)callback.Json["error"]!["code"]);
    }

    [Fact]
    public async Task Job_Unknown_Gives410() => Assert.Equal(HttpStatusCode.Gone, (await _simulator.Http.GetAsync("/callback/jobs/none")).StatusCode);

    [Fact]
    public async Task Submit_Calls_AreCountedUnderTheCallbacksCampaignAndPart()
    {
        await SubmitAsync("A lake");

        var stats = (await _simulator.Http.GetFromJsonAsync<JsonNode>($"/admin/stats?campaign={_campaign}"))!;

        Assert.Equal(1, (int)stats["campaigns"]![_campaign]!["image/0"]!["image"]!["ok"]!);
    }

    private Task<HttpResponseMessage> SubmitAsync(string prompt, string deliver = "url", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/callback/jobs")
        {
            Content = JsonContent.Create(new { prompt, callbackUrl = _receiver.Url("callback", _campaign, "image/0"), size = "320x200", format = "jpeg", deliver }),
        };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return _simulator.Http.SendAsync(request);
    }

    private static bool IsSigned(WebhookReceiver.Received callback)
    {
        var signed = Encoding.UTF8.GetBytes($"{callback.Headers["X-Timestamp"]}.{callback.Body}");
        return callback.Headers["X-Signature"] == Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(new SimulatorOptions().CallbackSecret), signed));
    }
}
