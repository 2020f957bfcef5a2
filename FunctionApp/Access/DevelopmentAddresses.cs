using System.Net;

namespace Atelier.Access;

/// <summary>Whether only this machine can reach the app, as far as an app can tell that does not know its host.</summary>
/// <remarks>
/// ASP.NET Core's own settings say where it listens, whoever set them. A Functions host that is told nothing listens on localhost,
/// and Azure tells its apps what they run on. What settings cannot show is caught by request: see <see cref="IsLocal"/>.
/// </remarks>
internal static class DevelopmentAddresses
{
    // Kestrel:Endpoints wins over URLs, and URLs over ports, which are of all addresses.
    private static readonly string[] UrlSettings = ["urls", "ASPNETCORE_URLS", "DOTNET_URLS"];
    private static readonly string[] PortSettings =
        ["http_ports", "https_ports", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS"];

    // Set on every App Service and Functions plan, each in its own way.
    private static readonly string[] PlatformSettings = ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME"];

    /// <summary>What others can reach, in words for a message; <see langword="null"/> where nothing is known of such.</summary>
    public static string? FindOpen(IConfiguration configuration)
    {
        if (Array.Exists(PlatformSettings, setting => Has(configuration, setting)))
            return "Azure";

        string[] endpoints = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "")];
        string[] urls = endpoints.Length > 0
            ? endpoints
            : [.. UrlSettings.SelectMany(setting => (configuration[setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        if (Array.Find(urls, url => !IsLoopback(url)) is { } open)
            return open;
        return urls.Length == 0 && Array.Find(PortSettings, setting => Has(configuration, setting)) is { } ports
            ? $"{ports}={configuration[ports]}"
            : null;
    }

    /// <summary>Whether a request was made on this machine, by someone who meant it.</summary>
    /// <remarks>
    /// The name in <c>Host</c> tells what an address cannot: a page from elsewhere that has had its own name resolved to 127.0.0.1.
    /// </remarks>
    public static bool IsLocal(HttpRequest request)
    {
        IPAddress? remote = request.HttpContext.Connection.RemoteIpAddress;
        return (remote is null || IPAddress.IsLoopback(remote)) && (!request.Host.HasValue || IsLoopbackName(request.Host.Host));
    }

    /// <summary>Whether a host name or address is this machine's own.</summary>
    public static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    // Wildcards such as http://*:80 are no URIs, and no loopback addresses either.
    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && IsLoopbackName(uri.Host);

    private static bool Has(IConfiguration configuration, string setting) => !string.IsNullOrWhiteSpace(configuration[setting]);
}
