using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionApp.Tests.Web;

/// <summary>The page in a real browser, on the real host.</summary>
[Collection(HostsCollection.Name)]
public sealed partial class BrowserTests(LocalServicesFixture services, AtelierFixture atelier, BrowserFixture browser)
    : IClassFixture<AtelierFixture>, IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    private Uri Address => _api.Http.BaseAddress!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Campaign_FromPromptToImages_AppearsAsItIsMade()
    {
        await using var visit = await browser.VisitAsync(Address, user: "painter");
        var page = visit.Page;

        await page.GotoAsync("/");
        await page.GetByLabel("Prompt", new() { Exact = true }).FillAsync("Create a beach scene with a cat");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Create a beach scene with a cat" })).ToBeVisibleAsync();
        await Expect(page.Locator(".badge-complete")).ToBeVisibleAsync();
        var images = page.GetByRole(AriaRole.Img, new() { NameRegex = ImageName() });
        await Expect(images).ToHaveCountAsync(2);
        await Eventually.TrueAsync(() => images.First.EvaluateAsync<bool>("image => image.naturalWidth > 100"));
        await Expect(page.Locator(".text-content")).Not.ToBeEmptyAsync();
        await images.First.ClickAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Heading, new() { Name = "Image 2" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Locator(".frame-complete").First).ToBeFocusedAsync();
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Image_MadeAgain_IsShownOnceItIsThere_AndTheEarlierVersionCanBeChosen()
    {
        var id = await StartAsync("editor", "A pier [[fault: image/1 moderation]]", images: 2);
        await _api.EndOfAsync(id, user: "editor");
        await using var visit = await browser.VisitAsync(Address, user: "editor");
        var page = visit.Page;

        await page.GotoAsync($"/#/campaigns/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make again: Image 2" }).ClickAsync();
        await page.GetByLabel("Prompt", new() { Exact = true }).FillAsync("A pier in the fog");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make again", Exact = true }).ClickAsync();
        await Expect(page.Locator(".badge-complete")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = ImageName() })).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make again: Image 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make again", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Version 2 of 2")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Earlier version of Image 1" }).ClickAsync();

        await Expect(page.GetByText("Version 1 of 2")).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations);
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Part_Retried_ShowsACountdownAcrossAReloadAndThenCompletes()
    {
        var id = await StartAsync("runner", "A city [[fault: image/0 429 retry-after=6]]");
        await using var visit = await browser.VisitAsync(Address, user: "runner");
        var page = visit.Page;

        await page.GotoAsync($"/#/campaigns/{id}");
        await Expect(page.GetByText(Countdown())).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText(Countdown())).ToBeVisibleAsync();

        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = ImageName() })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Rate limited" })).ToHaveCountAsync(1);
        await Expect(page.Locator(".badge-complete")).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Campaign_CanceledAndDeleted_DisappearsFromTheGallery()
    {
        var id = await StartAsync("stopper", "A meadow [[fault: image/0 timeout x*]]");
        await using var visit = await browser.VisitAsync(Address, user: "stopper");
        var page = visit.Page;

        await page.GotoAsync($"/#/campaigns/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.Locator(".campaign-head .badge-canceled")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();

        await Expect(page.GetByText("An empty wall")).ToBeVisibleAsync();
        await page.GotoAsync($"/#/campaigns/{id}");
        await Expect(page.GetByText("This campaign is not here")).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Campaign_StartedElsewhere_AppearsInTheGalleryAndTheInbox()
    {
        await using var visit = await browser.VisitAsync(Address, user: "watcher");
        var page = visit.Page;
        await page.GotoAsync("/");
        await Expect(page.GetByText("An empty wall")).ToBeVisibleAsync();
        await Expect(page.Locator(".live-live")).ToBeVisibleAsync();

        await StartAsync("watcher", "A forest at dawn");

        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = ForestCard() })).ToBeVisibleAsync();
        var inbox = page.GetByRole(AriaRole.Link, new() { NameRegex = InboxWithOne() });
        await Expect(inbox).ToBeVisibleAsync();
        await inbox.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Campaign complete" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark all as read" }).ClickAsync();
        await Expect(page.GetByText("All read")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("All read")).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task EveryView_UnderAxe_HasNoViolation(ColorScheme scheme, int width)
    {
        var failed = await StartAsync("operator", "A road [[fault: image/0 400]]");
        await _api.EndOfAsync(failed, user: "operator");
        await using var visit = await browser.VisitAsync(Address, "operator", scheme, width);
        var page = visit.Page;

        foreach (var hash in (string[])["/", $"/campaigns/{failed}", "/campaigns/nothing", "/inbox", "/webhooks", "/dead-letters", "/system", "/nowhere"])
        {
            await page.GotoAsync($"/#{hash}");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeAttachedAsync();
            await Expect(page.Locator(".spinner, .card-skeleton")).ToHaveCountAsync(0);
            if (hash == "/")
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "Options" }).ClickAsync();
                // A word that cannot be broken.
                await page.GetByLabel("Prompt", new() { Exact = true }).FillAsync(new string('x', 400));
            }

            var found = await page.RunAxe();

            Assert.True(found.Violations.Length == 0, $"{hash}: {string.Join("; ", found.Violations.Select(violation => $"{violation.Id} at {violation.Nodes[0].Html}"))}");
            var overflow = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{hash} is {overflow} pixels too wide for {width}.");
        }
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Tabs_Ten_ShareOneStream_WhichAnotherTabTakesWhenItsTabCloses()
    {
        await using var visit = await browser.VisitAsync(Address, user: "tabs");
        var tabs = new List<IPage> { visit.Page };
        for (var n = 1; n < 10; n++)
            tabs.Add(await visit.OpenTabAsync());
        foreach (var tab in tabs)
        {
            await tab.GotoAsync("/");
            await Expect(tab.Locator(".live-live")).ToBeVisibleAsync();
        }

        await StartAsync("tabs", "A forest at dawn");
        foreach (var tab in tabs)
            await Expect(tab.GetByRole(AriaRole.Link, new() { NameRegex = ForestCard() })).ToBeVisibleAsync();
        await tabs[0].CloseAsync();
        await StartAsync("tabs", "A forest at dawn, again");

        foreach (var tab in tabs.Skip(1))
        {
            await Expect(tab.GetByRole(AriaRole.Link, new() { NameRegex = SecondForestCard() })).ToBeVisibleAsync();
            await Expect(tab.Locator(".live-live")).ToBeVisibleAsync();
        }
        Assert.Equal(2, visit.Requests.Count(request => request.EndsWith("/api/events", StringComparison.Ordinal)));
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task View_OpenedWhileTheServiceIsAway_SaysSoAndRecovers()
    {
        await using var visit = await browser.VisitAsync(Address, user: "operator");
        var page = visit.Page;
        await page.GotoAsync("/");
        await Expect(page.Locator(".live-live")).ToBeVisibleAsync();

        await page.Context.SetOfflineAsync(true);
        await page.GetByRole(AriaRole.Link, new() { Name = "Webhooks" }).ClickAsync();
        await Expect(page.Locator(".note-danger")).ToBeVisibleAsync();
        await Expect(page.Locator(".away")).ToContainTextAsync("Atelier cannot be reached");
        Assert.Empty((await page.RunAxe()).Violations);
        await page.Context.SetOfflineAsync(false);

        await Expect(page.Locator(".away")).ToHaveCountAsync(0);
        await Expect(page.Locator(".note-danger")).ToHaveCountAsync(0);
        await Expect(page.GetByText("No webhooks yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Campaign_PromptRefused_OffersToChangeItAndShowsTheWholeError()
    {
        var id = await StartAsync("refused", "A road [[fault: image/0 moderation]] [[fault: text moderation]]");
        await _api.EndOfAsync(id, user: "refused");
        await using var visit = await browser.VisitAsync(Address, "refused", width: 320);
        var page = visit.Page;

        await page.GotoAsync($"/#/campaigns/{id}");

        await Expect(page.Locator(".part-error").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Retry what failed" })).ToHaveCountAsync(0);
        var cut = await page.Locator(".part-error, .frame").EvaluateAllAsync<bool>("all => all.some(one => one.scrollHeight > one.clientHeight + 1)");
        Assert.False(cut);
        Assert.Empty((await page.RunAxe()).Violations);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the prompt" }).ClickAsync();
        await Expect(page.GetByLabel("Prompt", new() { Exact = true })).ToHaveValueAsync("A road [[fault: image/0 moderation]] [[fault: text moderation]]");
        visit.AssertNoComplaints();
    }

    private async Task<string> StartAsync(string user, string prompt, int images = 1)
    {
        using var response = await _api.PostAsync(
            new JsonObject { ["prompt"] = prompt, ["images"] = new JsonObject { ["count"] = images } }, user: user);
        Assert.Equal(202, (int)response.StatusCode);
        return (string)(await CampaignApi.ReadAsync(response))["id"]!;
    }

    [GeneratedRegex(@"^Image \d of")]
    private static partial Regex ImageName();

    [GeneratedRegex(@"^Trying again in \d+ s$")]
    private static partial Regex Countdown();

    [GeneratedRegex("A forest at dawn.*Complete", RegexOptions.Singleline)]
    private static partial Regex ForestCard();

    [GeneratedRegex("A forest at dawn, again.*Complete", RegexOptions.Singleline)]
    private static partial Regex SecondForestCard();

    [GeneratedRegex("^Inbox.*1.*unread$", RegexOptions.Singleline)]
    private static partial Regex InboxWithOne();
}
