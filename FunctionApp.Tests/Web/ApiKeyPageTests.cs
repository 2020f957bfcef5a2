using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionApp.Tests.Web;

/// <summary>The page in access mode ApiKey.</summary>
[Collection(HostsCollection.Name)]
public sealed class ApiKeyPageTests(LocalServicesFixture services, ApiKeyFixture app, BrowserFixture browser)
    : IClassFixture<ApiKeyFixture>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Page_ApiKeyMode_AsksForAKeyAndShowsImagesWithIt()
    {
        var http = await app.StartAsync(services);
        var key = await app.CreateKeyAsync("ann@example.org");
        await using var visit = await browser.VisitAsync(http.BaseAddress!);
        var page = visit.Page;

        await page.GotoAsync("/");
        var field = page.GetByLabel("API key");
        await field.FillAsync("atelier_0123456789abcdef_wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("The API key is unknown or has been revoked.")).ToBeVisibleAsync();
        await field.FillAsync(key);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByLabel("Prompt", new() { Exact = true }).FillAsync("A desert road");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        var image = page.GetByRole(AriaRole.Img, new() { Name = "Image 1 of “A desert road”" });
        await Expect(image).ToBeVisibleAsync();
        await Eventually.TrueAsync(() => image.EvaluateAsync<bool>("image => image.src?.startsWith('blob:') && image.naturalWidth > 100"));
        Assert.True(await page.EvaluateAsync<bool>("key => Object.values(sessionStorage).includes(key) && !Object.values(localStorage).includes(key)", key));
        Assert.Empty(await page.Context.CookiesAsync());
        await page.ReloadAsync();
        await Expect(image).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }
}
