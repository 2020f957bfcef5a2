using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionApp.Tests.Web;

/// <summary>Names, favorites, tags, filters and the selection of many, in a real browser on the real host.</summary>
[Collection(HostsCollection.Name)]
public sealed class OrganizeTests(LocalServicesFixture services, AtelierFixture atelier, BrowserFixture browser)
    : IClassFixture<AtelierFixture>, IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Text_EditedByKeyboard_IsShownInAnotherTab_AndTheEarlierOneIsChosenAgain()
    {
        using var accepted = await _api.PostAsync(new JsonObject { ["prompt"] = "A lighthouse", ["images"] = new JsonObject { ["count"] = 0 } }, user: "writer");
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;
        var made = (string)(await _api.EndOfAsync(id, user: "writer"))["text"]!["content"]!;
        await using var visit = await browser.VisitAsync(_api.Http.BaseAddress!, "writer");
        var page = visit.Page;
        var other = await visit.OpenTabAsync();
        foreach (var tab in new[] { page, other })
        {
            await tab.GotoAsync($"/#/campaigns/{id}");
            await Expect(tab.Locator(".text-content")).ToContainTextAsync(made.Split('\n')[0]);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Edit the text" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Text" }).FillAsync("A light.\n\nA house.");
        Assert.Empty((await page.RunAxe()).Violations);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).PressAsync("Enter");

        foreach (var tab in new[] { page, other })
        {
            await Expect(tab.Locator(".text-content p")).ToHaveTextAsync(["A light.", "A house."]);
            await Expect(tab.GetByText("Written by you")).ToBeVisibleAsync();
            await Expect(tab.GetByText("Version 2 of 2")).ToBeVisibleAsync();
        }
        await other.GetByRole(AriaRole.Button, new() { Name = "Earlier version of Text" }).ClickAsync();
        await Expect(page.Locator(".text-content")).ToContainTextAsync(made.Split('\n')[0]);
        visit.AssertNoComplaints();
    }

    [Fact]
    public async Task Campaign_NamedTaggedAndMarked_IsFoundByIt_AlsoInAnotherTab()
    {
        var id = await EndedAsync("keeper", "A lighthouse in a storm");
        await EndedAsync("keeper", "A meadow");
        await using var visit = await browser.VisitAsync(_api.Http.BaseAddress!, "keeper");
        var page = visit.Page;
        var other = await visit.OpenTabAsync();
        await other.GotoAsync("/");
        await Expect(other.Locator(".live-live")).ToBeVisibleAsync();
        await Expect(other.Locator(".card")).ToHaveCountAsync(2);

        // By the keyboard alone.
        await page.GotoAsync($"/#/campaigns/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Name this campaign" }).PressAsync("Enter");
        await Expect(page.GetByLabel("Name of the campaign")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Lighthouse, first draft");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Lighthouse, first draft", Level = 1 })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Change the name" })).ToBeFocusedAsync();
        await page.GetByLabel("New tag").FillAsync("Autumn sale");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Autumn sale", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Favorite") }).PressAsync("Space");
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Favorite"), Pressed = true })).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations);

        await Expect(other.GetByRole(AriaRole.Link, new() { NameRegex = new("Lighthouse, first draft") })).ToBeVisibleAsync();
        await Expect(other.GetByRole(AriaRole.Button, new() { NameRegex = new("^Favorite: Lighthouse"), Pressed = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Autumn sale", Exact = true }).ClickAsync();
        await Expect(page.Locator(".card")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Show campaigns with any tag") }).ClickAsync();
        await Expect(page.Locator(".card")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Favorites", Exact = true }).ClickAsync();
        await Expect(page.Locator(".card")).ToHaveCountAsync(1);
        await page.GetByLabel("Time").SelectOptionAsync("dates");
        await page.GetByLabel("to", new() { Exact = true }).FillAsync("2020-01-01");
        await Expect(page.GetByText("Nothing matches")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all campaigns" }).ClickAsync();
        await page.GetByLabel("Words of the campaign").FillAsync("light dra");
        await Expect(page.Locator(".card")).ToHaveCountAsync(1);
        visit.AssertNoComplaints();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Gallery_ManySelected_RetriesAndDeletesThem(ColorScheme scheme, int width)
    {
        var user = $"cleaner-{width}";
        await EndedAsync(user, $"A desert [[fault: image/0 500 x{AtelierFixture.MaxAttempts}]]", "Dunes", "Sand", "A tag that is as long as a tag can be, at last");
        await EndedAsync(user, "A lake");
        await using var visit = await browser.VisitAsync(_api.Http.BaseAddress!, user, scheme, width);
        var page = visit.Page;
        await page.GotoAsync("/");

        await page.GetByRole(AriaRole.Button, new() { Name = "Select", Exact = true }).ClickAsync();
        await page.GetByLabel("Select Dunes").CheckAsync();
        await page.GetByLabel("Time").SelectOptionAsync("dates");
        var violations = (await page.RunAxe()).Violations;
        Assert.True(violations.Length == 0, string.Join("; ", violations.Select(violation => $"{violation.Id} at {violation.Nodes[0].Html}")));
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0);
        var bar = page.GetByRole(AriaRole.Group, new() { Name = "Selected campaigns" });
        await bar.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        await Expect(page.GetByText("1 campaign retried.").First).ToBeVisibleAsync();
        await Expect(page.Locator(".card .badge-complete")).ToHaveCountAsync(2);

        await bar.GetByRole(AriaRole.Button, new() { Name = "Select all shown" }).ClickAsync();
        await bar.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Delete 2 campaigns?" }).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();

        await Expect(page.Locator(".card")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(page.GetByText("An empty wall")).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }

    private async Task<string> EndedAsync(string user, string prompt, string? name = null, params string[] tags)
    {
        var body = new JsonObject { ["prompt"] = prompt, ["name"] = name, ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]) };
        using var response = await _api.PostAsync(body, user: user);
        Assert.Equal(202, (int)response.StatusCode);
        var id = (string)(await CampaignApi.ReadAsync(response))["id"]!;
        await _api.EndOfAsync(id, user: user);
        return id;
    }
}
