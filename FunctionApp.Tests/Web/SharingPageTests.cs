using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Notifications.Webhooks;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionApp.Tests.Web;

/// <summary>Taking campaigns away and showing them, and looking after webhooks, in a real browser on the real host.</summary>
[Collection(HostsCollection.Name)]
public sealed partial class SharingPageTests(LocalServicesFixture services, AtelierFixture atelier, BrowserFixture browser)
    : IClassFixture<AtelierFixture>, IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    private Uri Address => _api.Http.BaseAddress!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Share_CreatedReportedAndTakenDown(ColorScheme scheme, int width)
    {
        var user = $"sharer-{width}";
        var id = await CompleteAsync(user, "A vineyard in autumn");
        await using var visit = await browser.VisitAsync(Address, user, scheme, width);
        await using var guest = await browser.VisitAsync(Address, user: null, scheme, width);
        await using var operation = await browser.VisitAsync(Address, "operator", scheme, width);
        var page = visit.Page;

        await page.GotoAsync($"/#/campaigns/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create a link" }).PressAsync("Enter");
        var link = await dialog.Locator(".secret code").TextContentAsync();
        await Expect(dialog.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await CheckAsync(page, $"share-{width}");

        await guest.Page.GotoAsync(link!);
        await Expect(guest.Page.GetByRole(AriaRole.Heading, new() { Name = "A vineyard in autumn" })).ToBeVisibleAsync();
        var image = guest.Page.GetByRole(AriaRole.Img, new() { NameRegex = FirstImage() });
        await Eventually.TrueAsync(() => image.EvaluateAsync<bool>("image => image.naturalWidth > 100"));
        await CheckAsync(guest.Page, $"shared-{width}");
        await guest.Page.GetByRole(AriaRole.Button, new() { Name = "Report this" }).ClickAsync();
        await guest.Page.GetByLabel("What is wrong with it?").FillAsync($"My vineyard, {width}");
        await CheckAsync(guest.Page, $"report-{width}");
        await guest.Page.GetByRole(AriaRole.Button, new() { Name = "Send the report" }).ClickAsync();
        await Expect(guest.Page.GetByText("Thank you")).ToBeVisibleAsync();
        Assert.All(guest.Requests, request => Assert.DoesNotContain("/api/me", request, StringComparison.Ordinal));

        await operation.Page.GotoAsync("/#/reports");
        var report = operation.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = $"My vineyard, {width}" });
        await Expect(report).ToBeVisibleAsync();
        await CheckAsync(operation.Page, $"reports-{width}");
        await report.GetByRole(AriaRole.Button, new() { Name = "Take the share down" }).ClickAsync();
        await operation.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take it down" }).ClickAsync();
        await Expect(report).ToHaveCountAsync(0);

        await guest.Page.ReloadAsync();
        await Expect(guest.Page.GetByText("This link shows nothing")).ToBeVisibleAsync();
        visit.AssertNoComplaints();
        guest.AssertNoComplaints();
        operation.AssertNoComplaints();
    }

    [Theory]
    [InlineData(ColorScheme.Dark, 1440)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task Webhook_TestedGivenANewSecretAndItsDeliveriesShown(ColorScheme scheme, int width)
    {
        var user = $"caller-{width}";
        await using var receiver = await HookReceiver.StartAsync();
        using var created = await SendAsync("/api/webhooks", user, new JsonObject { ["url"] = receiver.Address.ToString(), ["events"] = new JsonArray("campaign.completed") });
        Assert.Equal(201, (int)created.StatusCode);
        await CompleteAsync(user, "A station");
        await Eventually.TrueAsync(() => Task.FromResult(!receiver.Received.IsEmpty));
        await using var visit = await browser.VisitAsync(Address, user, scheme, width);
        var page = visit.Page;

        await page.GotoAsync("/#/webhooks");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test" }).ClickAsync();
        await Expect(page.GetByText("The receiver responded with 200").First).ToBeVisibleAsync();
        await CheckAsync(page, $"webhooks-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Replace" }).ClickAsync();
        await Expect(page.GetByText("The secret before signs too")).ToBeVisibleAsync();
        await CheckAsync(page, $"secret-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliveries" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("Delivered", new() { Exact = true })).ToBeVisibleAsync();
        await CheckAsync(page, $"deliveries-{width}");
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Campaign_DownloadAll_SavesAZipFileOfItsName()
    {
        var id = await CompleteAsync("collector", "A pier at noon");
        await using var visit = await browser.VisitAsync(Address, "collector");
        var page = visit.Page;
        await page.GotoAsync($"/#/campaigns/{id}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Download all" }).ClickAsync());

        Assert.Equal($"A-pier-at-noon-{id[^8..]}.zip", download.SuggestedFilename);
        await using var file = File.OpenRead(await download.PathAsync());
        await using var archive = new System.IO.Compression.ZipArchive(file, System.IO.Compression.ZipArchiveMode.Read);
        Assert.Equal(3, archive.Entries.Count);
        visit.AssertNoComplaints();
    }

    private static async Task CheckAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
        Assert.Empty((await page.RunAxe()).Violations);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{name} is wider than the screen.");
    }

    private async Task<string> CompleteAsync(string user, string prompt)
    {
        using var response = await _api.PostAsync(new JsonObject { ["prompt"] = prompt }, user: user);
        var id = (string)(await CampaignApi.ReadAsync(response))["id"]!;
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(id, user: user))["status"]!);
        return id;
    }

    private Task<HttpResponseMessage> SendAsync(string path, string user, JsonNode body) =>
        Access.AccessCalls.SendAsync(_api.Http, HttpMethod.Post, path, [("X-User", user)], body);

    [GeneratedRegex("^Image 1 of")]
    private static partial Regex FirstImage();
}
