using System.Net;
using Atelier.Notifications.Webhooks;

namespace FunctionApp.Tests.Notifications.Webhooks;

public sealed class WebhookClientTests
{
    private static readonly WebhookOptions LongTimeout = new() { AllowPrivateTargets = true, Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public void Sign_TheStandardsOwnExample_GivesItsSignature()
    {
        var key = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        var signature = WebhookSignature.Sign(
            key, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}""");

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public async Task Send_Redirect_IsNotFollowed()
    {
        await using var inside = await HookReceiver.StartAsync();
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = http =>
        {
            http.Response.Redirect(inside.Address.ToString());
            return Task.CompletedTask;
        };

        var response = await SendAsync(receiver);

        Assert.Equal(HttpStatusCode.Found, response.Status);
        Assert.False(response.IsSuccess);
        Assert.Empty(inside.Received);
    }

    [Fact]
    public async Task Send_LongResponse_KeepsItsFirstKilobyte()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = http =>
        {
            http.Response.StatusCode = 500;
            return http.Response.Body.WriteAsync(new byte[100_000].Select(_ => (byte)'x').ToArray()).AsTask();
        };

        var response = await SendAsync(receiver);

        Assert.Equal(new string('x', 1024), response.Body);
    }

    [Fact]
    public async Task Send_NoResponse_TimesOut()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = http => new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);

        Assert.Equal(WebhookResponse.TimedOut, (await SendAsync(receiver, LongTimeout with { Timeout = TimeSpan.FromMilliseconds(500) })).Failure);
    }

    [Fact]
    public async Task Send_ResponseBodyDrips_CountsByItsStatus()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = async http =>
        {
            await http.Response.Body.WriteAsync("ok"u8.ToArray());
            await http.Response.Body.FlushAsync();
            await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
        };

        Assert.True((await SendAsync(receiver, LongTimeout with { Timeout = TimeSpan.FromSeconds(5) })).IsSuccess);
    }

    [Fact]
    public void Open_ByAnotherOwnerOrKey_Fails()
    {
        var owner = Guid.NewGuid();
        byte[][] keys = [new byte[32], [.. Enumerable.Repeat((byte)1, 32)]];
        var box = new SecretBox([keys[0]]).Seal("secret"u8, owner);

        Assert.Equal("secret"u8.ToArray(), new SecretBox([keys[1], keys[0]]).Open(box, owner));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => new SecretBox([keys[0]]).Open(box, Guid.NewGuid()));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => new SecretBox([keys[1]]).Open(box, owner));
        Assert.DoesNotContain("secret", System.Text.Encoding.Latin1.GetString(box), StringComparison.Ordinal);
    }

    private static async Task<WebhookResponse> SendAsync(HookReceiver receiver, WebhookOptions? options = null)
    {
        options ??= LongTimeout;
        var target = new WebhookTarget(new SystemHostNames(), options, TimeProvider.System);
        using var client = new WebhookClient(target, options, TimeProvider.System);
        return await client.SendAsync(receiver.Address.ToString(), [new byte[32]], "msg_1", "{}", CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(1));
    }
}
