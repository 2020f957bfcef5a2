using System.Net;
using Atelier.Notifications.Webhooks;

namespace FunctionApp.Tests.Notifications.Webhooks;

public sealed class WebhookTargetTests
{
    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://0/")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[fe80::1%25eth0]/")]
    [InlineData("https://169.254.169.254/metadata/instance")]
    [InlineData("https://１２７.0.0.1/")]
    public async Task FindFault_PrivateAddress_Refuses(string url) =>
        Assert.NotNull(await NewTarget(new SystemHostNames()).FindFaultAsync(url, CancellationToken.None));

    [Theory]
    [InlineData("")]
    [InlineData("example.com/hook")]
    [InlineData("/hook")]
    [InlineData("ftp://8.8.8.8/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("https://user:word@8.8.8.8/")]
    [InlineData("https://8.8.8.8/#part")]
    public async Task FindFault_InvalidUrl_Refuses(string url) =>
        Assert.NotNull(await NewTarget(new SystemHostNames()).FindFaultAsync(url, CancellationToken.None));

    [Fact]
    public async Task FindFault_OneOfSeveralAddressesPrivate_Refuses()
    {
        var names = new Names([IPAddress.Parse("8.8.8.8"), IPAddress.Parse("10.0.0.1")]);

        Assert.NotNull(await NewTarget(names).FindFaultAsync("https://hooks.example.com/", CancellationToken.None));
        Assert.Null(await NewTarget(new Names([IPAddress.Parse("8.8.8.8")])).FindFaultAsync("https://hooks.example.com/", CancellationToken.None));
    }

    [Fact]
    public async Task Connect_NameRebindsAfterTheCheck_IsRefusedWithoutAConnection()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var names = new Names([IPAddress.Parse("8.8.8.8")]);
        var target = NewTarget(names);
        Assert.Null(await target.FindFaultAsync($"https://rebind.example.com:{port}/", CancellationToken.None));
        names.Addresses = [IPAddress.Loopback];
        using var client = new WebhookClient(target, new WebhookOptions(), TimeProvider.System);

        var response = await client.SendAsync($"https://rebind.example.com:{port}/", [new byte[32]], "msg_1", "{}", CancellationToken.None);

        Assert.Equal(WebhookResponse.NotAllowed, response.Failure);
        Assert.False(listener.Pending());
    }

    private static WebhookTarget NewTarget(IHostNames names) => new(names, new WebhookOptions(), TimeProvider.System);

    private sealed class Names(IPAddress[] addresses) : IHostNames
    {
        public IPAddress[] Addresses { get; set; } = addresses;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult(Addresses);
    }
}
