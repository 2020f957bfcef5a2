using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace FunctionApp.Tests.Web;

/// <summary>A browser without a window: the machine's own Chromium, or where there is none the one that Playwright installs.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // As long as tests wait for other conditions: the machine may be busy.
    private const float ExpectTimeoutMs = 30_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(ExpectTimeoutMs);
        var chromium = Array.Find(Known, File.Exists);
        if (chromium is null)
            Assert.Equal(0, Microsoft.Playwright.Program.Main(["install", "chromium"]));
        _playwright = await Playwright.CreateAsync();
        // Chromium's sandbox needs rights that containers and build machines do not have; it loads only this test's pages.
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page of a new visitor.</summary>
    /// <param name="address">The host's.</param>
    /// <param name="user">In mode Development: who it is.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="width">In pixels.</param>
    internal async Task<Visit> VisitAsync(Uri address, string? user = null, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        if (user is not null)
            await context.AddInitScriptAsync($"localStorage.setItem('atelier.user', '{user}')");
        var page = await context.NewPageAsync();
        return new Visit(context, page);
    }
}

/// <summary>A visitor's page and its console messages, which include violations of the content security policy.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    public Visit(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        Watch(page);
    }

    public IPage Page { get; }

    /// <summary>The addresses that its tabs have requested.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>One more page of the same visitor.</summary>
    public async Task<IPage> OpenTabAsync()
    {
        var page = await _context.NewPageAsync();
        Watch(page);
        return page;
    }

    /// <summary>Nothing failed in the page, nothing was refused by its policy, and nothing went elsewhere.</summary>
    public void AssertNoComplaints() => Assert.Empty(_complaints);

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private void Watch(IPage page)
    {
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            // Responses such as 401 and 404 are part of what is tested here.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource: the server responded", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
        page.Request += (_, request) =>
        {
            _requests.Enqueue(request.Url);
            if (!request.Url.StartsWith(new Uri(page.Url == "about:blank" ? request.Url : page.Url).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"Request to {request.Url}");
            }
        };
    }
}
