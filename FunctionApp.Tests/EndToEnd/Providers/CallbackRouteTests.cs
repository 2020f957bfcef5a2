using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AiSimulator;
using AiSimulator.Calls;
using Atelier.Generation;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Generation;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>The callback route, with valid, forged and repeated callbacks.</summary>
[Collection(QuietCollection.Name)]
public sealed class CallbackRouteTests(LocalServicesFixture services, FaultFixture faults) : IClassFixture<FaultFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => faults.Atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Post_WithoutAValidSignature_Is401()
    {
        var path = $"/api/callbacks/callback/{Guid.CreateVersion7()}/image/0";

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(path, """{"id":"x","status":"succeeded"}""", secret: "another secret"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(path, """{"id":"x","status":"succeeded"}""", age: TimeSpan.FromMinutes(6)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(path, """{"id":"x","status":"succeeded"}""", age: TimeSpan.FromMinutes(-6)));
        using var unsigned = await faults.Atelier.Api.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent("{}"));
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        Assert.Equal("application/problem+json", unsigned.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Post_Unsigned_IsTheSame401WhateverExists()
    {
        var id = await faults.StartAsync("callback", "A harbour");
        await faults.Atelier.Api.EndOfAsync(id);

        List<string> problems = [];
        foreach (var path in (string[])[$"callback/{id}/image/0", $"callback/{id}/image/7", $"callback/{Guid.CreateVersion7()}/image/0", "callback/nonsense/image/0", $"nobody/{id}/image/0", $"openai/{id}/image/0"])
        {
            using var response = await faults.Atelier.Api.Http.PostAsync(new Uri($"/api/callbacks/{path}", UriKind.Relative), new StringContent("{}"));
            var problem = await response.AssertProblemAsync(401, "invalid_signature");
            problems.Add((string)problem["detail"]!);
        }

        Assert.Single(problems.Distinct());
    }

    [Theory]
    [InlineData("callback", true, FaultFixture.MaxCallback)]
    [InlineData("callback", false, FaultFixture.MaxCallback)]
    [InlineData("replicate", true, ProviderSection.DefaultCallbackLength)]
    [InlineData("replicate", false, ProviderSection.DefaultCallbackLength)]
    public async Task Post_BodyOverTheProvidersLimit_Is413(string provider, bool tellsItsLength, int limit)
    {
        // Most of it comes after the limit: the response follows the end of the body, and the client never finds the connection closed.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/callbacks/{provider}/{Guid.CreateVersion7()}/image/0")
        {
            Content = new ByteArrayContent(new byte[60 << 20]),
            Headers = { TransferEncodingChunked = !tellsItsLength },
        };
        AddForgedSignature(request);

        using var response = await faults.Atelier.Api.Http.SendAsync(request);

        var problem = await response.AssertProblemAsync(413, "body_too_large");
        Assert.Contains($" {limit} ", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_LargeAndUnsigned_Is401AfterTheBody_OrBeforeItIfTheClientWaits(bool expectsContinue)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/callbacks/callback/{Guid.CreateVersion7()}/image/0")
        {
            Content = new ByteArrayContent(new byte[60 << 20]),
            Headers = { ExpectContinue = expectsContinue },
        };

        using var response = await faults.Atelier.Api.Http.SendAsync(request);

        await response.AssertProblemAsync(401, "invalid_signature");
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'i', (byte)'d', (byte)'"', (byte)':', (byte)'"', 0xC3, (byte)'"', (byte)'}' })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00 })]
    public async Task Post_SignedButNotUnicode_Is400(byte[] body) => Assert.Equal(
        HttpStatusCode.BadRequest, await PostAsync($"/api/callbacks/callback/{Guid.CreateVersion7()}/image/0", body));

    [Fact]
    public async Task Post_BodyAtTheLimit_IsAccepted()
    {
        // More than the server accepts by default; bytes after the image's end are part of the file. Encoded before the job begins, which ends soon.
        var picture = new byte[(FaultFixture.MaxCallback - 1000) / 4 * 3];
        ProviderResponses.Png(640, 480).CopyTo(picture, 0);
        var encoded = Encoding.ASCII.GetBytes(Convert.ToBase64String(picture));
        var id = await faults.StartAsync("callback", "A desert [[fault: image/0 job-stuck]]");
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Poll).Count > 0));
        var frame = new JsonObject { ["id"] = await faults.Atelier.JobOfAsync(id), ["status"] = "succeeded", ["b64"] = "" }.ToJsonString();
        byte[] body = [.. Encoding.UTF8.GetBytes(frame[..^2]), .. encoded, .. "\"}"u8];
        Assert.InRange(body.Length, FaultFixture.MaxCallback - 1000, FaultFixture.MaxCallback);

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"/api/callbacks/callback/{id}/image/0", body));

        Assert.Equal("COMPLETE", (string)(await faults.Atelier.Api.EndOfAsync(id))["status"]!);
        Assert.Equal(picture, await faults.Atelier.Api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/0"));
    }

    [Fact]
    public async Task Post_ForAnUnknownPart_Is404()
    {
        const string Body = """{"id":"x","status":"running"}""";

        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/api/callbacks/callback/{Guid.CreateVersion7()}/image/0", Body));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("/api/callbacks/callback/nonsense/image/0", Body));
    }

    [Fact]
    public async Task Post_ForAnotherJob_Is409AndChangesNothing()
    {
        var id = await faults.StartAsync("callback", "A ferry");
        await faults.Atelier.Api.EndOfAsync(id);
        var path = $"/api/callbacks/callback/{id}/image/0";
        var before = await faults.Atelier.Api.GetAsync(id);

        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(path, """{"id":"another","status":"failed"}"""));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/api/callbacks/callback/{id}/image/7", """{"id":"another","status":"failed"}"""));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/api/callbacks/callback/{id}/text", """{"id":"another","status":"failed"}"""));

        Assert.Equal(before.ToJsonString(), (await faults.Atelier.Api.GetAsync(id)).ToJsonString());
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Cancel_OfACampaign_CancelsItsJobAtTheProvider(string provider)
    {
        var id = await faults.StartAsync(provider, "A glacier [[fault: image/0 job-stuck]]");
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Poll).Count > 0));

        using var response = await faults.Atelier.Api.Http.PostAsync(new Uri($"/api/campaigns/{id}/cancel", UriKind.Relative), content: null);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("CANCELED", (string)(await faults.Atelier.Api.EndOfAsync(id))["status"]!);
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Cancel).Count == 1));
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Cancel_WhileTheOrderIsUnderWay_CancelsItsJobOnceItIsKnown(string provider)
    {
        var id = await faults.StartAsync(provider, "A glacier [[fault: image/0 slow delay=2]] [[fault: cancel 503]]");
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Image).Count > 0));

        using var response = await faults.Atelier.Api.Http.PostAsync(new Uri($"/api/campaigns/{id}/cancel", UriKind.Relative), content: null);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Cancel) is [{ Status: 503 }, { Status: 200 }]));
        var campaign = await faults.Atelier.Api.GetAsync(id);
        Assert.Equal("CANCELED", (string)campaign["status"]!);
        Assert.Equal("CANCELED", (string)campaign["images"]![0]!["status"]!);
    }

    [Fact]
    public async Task Callback_WithTheImage_StoresIt_AndNoHistoryHasItsBytes()
    {
        var picture = ProviderResponses.Png(640, 480);
        var id = await faults.StartAsync("callback", "A canyon [[fault: image/0 job-stuck]]");
        await Eventually.TrueAsync(() => Task.FromResult(faults.Atelier.Calls(id, "image/0", Operations.Poll).Count > 0));
        var job = await faults.Atelier.JobOfAsync(id);

        var body = new JsonObject { ["id"] = job, ["status"] = "succeeded", ["b64"] = Convert.ToBase64String(picture) }.ToJsonString();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"/api/callbacks/callback/{id}/image/0", body));

        var campaign = await faults.Atelier.Api.EndOfAsync(id);
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Empty(campaign["failedAttempts"]!.AsArray());
        Assert.Equal(picture, await faults.Atelier.Api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/0"));
        var history = await faults.Atelier.HistoryAsync();
        Assert.Contains(history, row => row.Contains(job, StringComparison.Ordinal) && row.Contains("Kept", StringComparison.Ordinal));
        Assert.DoesNotContain(history, row => row.Contains("iVBORw0KGgo", StringComparison.Ordinal));
        Assert.DoesNotContain("iVBORw0KGgo", faults.Atelier.HostOutput, StringComparison.Ordinal);
    }

    // Right in form and time: only the body shows that it is forged.
    private static void AddForgedSignature(HttpRequestMessage request)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("X-Timestamp", time);
        request.Headers.Add("X-Signature", new string('0', 64));
        request.Headers.Add("webhook-id", "msg_1");
        request.Headers.Add("webhook-timestamp", time);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(new byte[32])}");
    }

    private Task<HttpStatusCode> PostAsync(string path, string body, string? secret = null, TimeSpan age = default) =>
        PostAsync(path, Encoding.UTF8.GetBytes(body), secret, age);

    private async Task<HttpStatusCode> PostAsync(string path, byte[] body, string? secret = null, TimeSpan age = default)
    {
        var time = (TimeProvider.System.GetUtcNow() - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = Encoding.UTF8.GetBytes(secret ?? new SimulatorOptions().CallbackSecret);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-Timestamp", time);
        request.Headers.Add("X-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{time}."), .. body])));
        using var response = await faults.Atelier.Api.Http.SendAsync(request);
        return response.StatusCode;
    }
}
