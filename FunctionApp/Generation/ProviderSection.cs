using System.Globalization;
using Atelier.Configuration;

namespace Atelier.Generation;

/// <summary>One provider's part of the configuration, read with checks that name the setting they fail on.</summary>
/// <param name="providers">The section <c>Providers</c>.</param>
/// <param name="name">The provider's section below it, for example <c>OpenAI</c>.</param>
internal sealed class ProviderSection(IConfiguration providers, string name)
{
    /// <summary>How long a call may take where <c>Timeout</c> is not set: an image of high quality takes minutes.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(3);

    /// <summary>The longest <c>Timeout</c>: what a function may run, as host.json has it.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

    /// <summary>How long a callback's body may be where <c>MaxCallbackMegabytes</c> is not set, in bytes.</summary>
    public const int DefaultCallbackLength = 256 << 10;

    private readonly IConfigurationSection _section = providers.GetSection(name);

    /// <summary>Whether any of these settings has a value.</summary>
    public bool HasAny(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Text(key) is not null)
                return true;
        }

        return false;
    }

    /// <summary>The full name of a setting, for messages.</summary>
    public string PathOf(string key) => $"Providers:{name}:{key}";

    /// <summary>A setting's value without surrounding blanks; null where it is missing or blank.</summary>
    public string? Text(string key)
    {
        var value = _section[key];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>A secret setting; null where it is missing or blank.</summary>
    public Secret? Secret(string key) => Text(key) is { } value ? new Secret(value) : null;

    /// <summary>An address; null where it is missing.</summary>
    /// <exception cref="SettingException">It is not an absolute http or https URL, or carries credentials, a query or a fragment.</exception>
    public Uri? Url(string key)
    {
        if (Text(key) is not { } value)
            return null;
        if (Uri.TryCreate(value, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
        {
            return url;
        }

        throw Invalid(key, "must be an absolute http(s) URL without credentials, query or fragment");
    }

    /// <summary>The setting <c>Timeout</c>, as <c>hh:mm:ss</c> or a number of seconds. Default: <see cref="DefaultTimeout"/>.</summary>
    /// <exception cref="SettingException">It is not a time, or not above 0 and at most <see cref="MaxTimeout"/>.</exception>
    public TimeSpan Timeout()
    {
        if (Text("Timeout") is not { } value)
            return DefaultTimeout;

        // A bare number comes first: TimeSpan would take it for days.
        TimeSpan? timeout = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, MaxTimeout.TotalSeconds + 1))
            : TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var span) ? span : null;
        return timeout is { } t && t > TimeSpan.Zero && t <= MaxTimeout
            ? t
            : throw Invalid("Timeout", $"must be a time above zero and at most {MaxTimeout:c}, as hh:mm:ss or in seconds");
    }

    /// <summary>A time as <c>hh:mm:ss</c>, above zero.</summary>
    /// <exception cref="SettingException">It is not a time, or longer than <paramref name="max"/>.</exception>
    public TimeSpan Time(string key, TimeSpan defaultValue, TimeSpan max)
    {
        if (Text(key) is not { } value)
            return defaultValue;
        return value.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= max
            ? time
            : throw Invalid(key, $"must be a time as hh:mm:ss, above zero and at most {max:c}");
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="SettingException">It is not a number, or out of bounds.</exception>
    public int Number(string key, int defaultValue, int min, int max)
    {
        if (Text(key) is not { } value)
            return defaultValue;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Invalid(key, $"must be a whole number between {min} and {max}");
    }

    /// <summary>
    /// How often jobs are polled, and how long they may take: <c>PollInterval</c> (default 5 s) and <c>JobTimeout</c> (default 5 min, which leaves
    /// time for two more jobs within a part's default of 15 min), as <c>hh:mm:ss</c>.
    /// </summary>
    /// <exception cref="SettingException">One is no time, or out of bounds.</exception>
    public JobTiming JobTiming() => new(
        Time("PollInterval", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)), Time("JobTimeout", TimeSpan.FromMinutes(5), TimeSpan.FromDays(1)));

    /// <summary>
    /// How long a callback's body may be, in bytes: <c>MaxCallbackMegabytes</c>, 1 to 64 MiB, for a service that sends images in its callbacks.
    /// Default: <see cref="DefaultCallbackLength"/>, which is enough for everything but an image.
    /// </summary>
    /// <exception cref="SettingException">It is not a number, or out of bounds.</exception>
    public int MaxCallbackLength() =>
        Text("MaxCallbackMegabytes") is null ? DefaultCallbackLength : Number("MaxCallbackMegabytes", defaultValue: 1, min: 1, max: 64) << 20;

    /// <summary><c>OutputHosts</c>: host names separated by commas, each with its subdomains where it begins with a dot.</summary>
    public string[] OutputHosts(string defaultValue) =>
        (Text("OutputHosts") ?? defaultValue).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The failure of a setting of this provider.</summary>
    public SettingException Invalid(string key, string what) => new(PathOf(key), $"Setting '{PathOf(key)}' {what}.");
}
