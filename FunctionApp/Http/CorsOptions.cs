using Atelier.Configuration;

namespace Atelier.Http;

/// <summary>Which pages of other origins may call: <c>Cors:Origins</c>, separated by commas. Default is none.</summary>
/// <param name="Origins">As browsers write them: scheme, host, and the port where it is not the scheme's.</param>
/// <param name="WithCredentials">Whether a page may call with the sign-in's cookie.</param>
public sealed record CorsOptions(IReadOnlyList<string> Origins, bool WithCredentials)
{
    private const string Setting = "Cors:Origins";

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingException">One is no origin.</exception>
    public static CorsOptions Read(IConfiguration configuration, bool withCredentials)
    {
        var origins = configuration.ReadList(Setting);
        // No wildcard: with one, any page could use the credentials that its visitor's browser adds.
        return Array.Find(origins, origin => !IsOrigin(origin)) is { } wrong
            ? throw new SettingException(Setting, $"Setting '{Setting}' must be origins such as https://app.example.org separated by commas, without a path, not '{wrong}'.")
            : new CorsOptions(origins, withCredentials);
    }

    /// <summary>Whether a page of this origin may call.</summary>
    public bool Allows(string origin) => Origins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);
}
