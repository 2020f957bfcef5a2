using System.Net;

namespace Atelier.Access;

/// <summary>Whether only this machine can reach the app, as far as its settings show.</summary>
/// <remarks>
/// ASP.NET Core's own settings say where it listens. A Functions host without such settings listens on localhost, and Azure sets
/// variables that identify it. What settings cannot show is checked on each request: see <see cref="IsLocal"/>.
/// </remarks>
internal static class DevelopmentAddresses
{
    // Kestrel:Endpoints wins over URLs, and URLs over ports, which listen on all addresses.
    private static readonly string[] UrlSettings = ["urls", "ASPNETCORE_URLS", "DOTNET_URLS"];
    private static readonly string[] PortSettings =
        ["http_ports", "https_ports", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS"];

    // Set on every App Service and Functions plan, each in its own way.
    private static readonly string[] PlatformSettings = ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME"];

    /// <summary>An address or platform that makes the app reachable from other machines, for a message; <see langword="null"/> where none is found.</summary>
    public static string? FindOpen(IConfiguration configuration)
    {
        if (Array.Exists(PlatformSettings, setting => Has(configuration, setting)))
            return "Azure";

        string[] endpoints = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "")];
        var urls = endpoints.Length > 0
            ? endpoints
            : [.. UrlSettings.SelectMany(setting => (configuration[setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        if (Array.Find(urls, url => !IsLoopback(url)) is { } open)
            return open;
        return urls.Length == 0 && Array.Find(PortSettings, setting => Has(configuration, setting)) is { } ports
            ? $"{ports}={configuration[ports]}"
            : null;
    }

    /// <summary>Whether a request comes from this machine and is addressed to it.</summary>
    /// <remarks>
    /// <c>Host</c> is checked too, because of DNS rebinding: a foreign page can let its own host name resolve to 127.0.0.1.
    /// </remarks>
    public static bool IsLocal(HttpRequest request)
    {
        var remote = request.HttpContext.Connection.RemoteIpAddress;
        return (remote is null || IPAddress.IsLoopback(remote)) && (!request.Host.HasValue || IsLoopbackName(request.Host.Host));
    }

    /// <summary>Whether a host name or address is this machine's own.</summary>
    public static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // Wildcards such as http://*:80 are no URIs, and no loopback addresses either.
    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && IsLoopbackName(uri.Host);

    private static bool Has(IConfiguration configuration, string setting) => !string.IsNullOrWhiteSpace(configuration[setting]);
}
