using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Atelier.Access.Limits;
using Atelier.Configuration;

namespace Atelier.Access;

/// <summary>How callers are identified.</summary>
public enum AccessMode
{
    /// <summary>By a key that the command <c>keys create</c> has made.</summary>
    ApiKey,

    /// <summary>By Azure App Service authentication, which runs in front of the app.</summary>
    EasyAuth,

    /// <summary>By the name that they give, unverified, on loopback addresses only.</summary>
    Development,
}

/// <summary>Who may call and how much each caller may do: the settings <c>Access:*</c>.</summary>
/// <param name="Mode"><c>Access:Mode</c>. Default is <see cref="AccessMode.ApiKey"/>: an app without configuration is closed.</param>
/// <param name="AllowedEmailDomains"><c>Access:AllowedEmailDomains</c>, separated by commas. Default is none: every identified caller is admitted.</param>
/// <param name="Operators"><c>Access:Operators</c>, user ids or e-mail addresses separated by commas.</param>
/// <param name="ScrapeToken"><c>Access:ScrapeToken</c>, at least 32 characters. Default is none: only operators read the metrics.</param>
/// <param name="Limits">How much each caller may do.</param>
public sealed partial record AccessOptions(
    AccessMode Mode, IReadOnlyList<string> AllowedEmailDomains, IReadOnlyList<string> Operators, string? ScrapeToken, CallerLimits Limits)
{
    private const string ModeSetting = "Access:Mode";
    private const string DomainsSetting = "Access:AllowedEmailDomains";
    private const string OperatorsSetting = "Access:Operators";
    private const string ScrapeTokenSetting = "Access:ScrapeToken";
    private const string Bearer = "Bearer ";
    private const int MinTokenLength = 32;

    // Injected by App Service where its authentication is on:
    // https://learn.microsoft.com/azure/app-service/reference-app-settings
    private const string PlatformAuthentication = "WEBSITE_AUTH_ENABLED";

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingException">One is malformed, or the mode would be unsafe here.</exception>
    public static AccessOptions Read(IConfiguration configuration)
    {
        var mode = ReadMode(configuration);
        if (mode == AccessMode.Development && DevelopmentAddresses.FindOpen(configuration) is { } open)
        {
            throw new SettingException(
                ModeSetting, $"Setting '{ModeSetting}' is Development, which believes every caller and is for loopback addresses only, not {open}: use ApiKey.");
        }
        if (mode == AccessMode.EasyAuth && !(bool.TryParse(configuration[PlatformAuthentication], out var isOn) && isOn))
        {
            throw new SettingException(
                ModeSetting, $"Setting '{ModeSetting}' is EasyAuth, but App Service authentication is off ({PlatformAuthentication} is not true): anyone could forge its headers.");
        }
        return new AccessOptions(mode, ReadDomains(configuration), ReadOperators(configuration), ReadScrapeToken(configuration), CallerLimits.Read(configuration, mode));
    }

    /// <summary>Whether a caller's e-mail address is in an allowed domain.</summary>
    internal bool Admits(Caller caller) =>
        AllowedEmailDomains.Count == 0
        || (caller.Email is { } email
            && email.LastIndexOf('@') is var at and > 0
            && AllowedEmailDomains.Contains(email[(at + 1)..], StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the configuration names a caller as operator.</summary>
    internal bool NamesOperator(Caller caller) =>
        Operators.Contains(caller.UserId, StringComparer.Ordinal)
        || (caller.Email is { } email && Operators.Contains(email, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether a request shows the scrape token, as <c>Authorization: Bearer TOKEN</c>.</summary>
    internal bool IsScrape(HttpRequest request) =>
        ScrapeToken is { } token
        && request.Headers.Authorization is [{ } shown]
        && shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown[Bearer.Length..].Trim()), Encoding.UTF8.GetBytes(token));

    private static AccessMode ReadMode(IConfiguration configuration)
    {
        var text = configuration[ModeSetting];
        if (string.IsNullOrWhiteSpace(text))
            return AccessMode.ApiKey;
        foreach (var mode in Enum.GetValues<AccessMode>())
        {
            if (string.Equals(text, mode.ToString(), StringComparison.OrdinalIgnoreCase))
                return mode;
        }
        throw new SettingException(ModeSetting, $"Setting '{ModeSetting}' must be ApiKey, EasyAuth or Development.");
    }

    private static string[] ReadDomains(IConfiguration configuration)
    {
        var domains = configuration.ReadList(DomainsSetting);
        return Array.Find(domains, domain => !DomainName().IsMatch(domain)) is { } wrong
            ? throw new SettingException(DomainsSetting, $"Setting '{DomainsSetting}' must be domains such as example.org separated by commas, not '{wrong}'.")
            : domains;
    }

    private static string[] ReadOperators(IConfiguration configuration)
    {
        var operators = configuration.ReadList(OperatorsSetting);
        return Array.Exists(operators, name => !Caller.IsUserId(name))
            ? throw new SettingException(
                OperatorsSetting, $"Setting '{OperatorsSetting}' must be user ids of at most {Caller.MaxUserIdLength} characters, or e-mail addresses, separated by commas.")
            : operators;
    }

    // The text of the failure never repeats the token.
    private static string? ReadScrapeToken(IConfiguration configuration) => configuration[ScrapeTokenSetting] switch
    {
        null or "" => null,
        { Length: >= MinTokenLength } token => token,
        _ => throw new SettingException(ScrapeTokenSetting, $"Setting '{ScrapeTokenSetting}' must have at least {MinTokenLength} characters: openssl rand -hex 32."),
    };

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DomainName();
}
