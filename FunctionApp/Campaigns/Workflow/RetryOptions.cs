using Atelier.Configuration;
using Atelier.Durable;

namespace Atelier.Campaigns.Workflow;

/// <summary>The retry policies for new campaigns, from <c>Retry:Text</c> and <c>Retry:Image</c>.</summary>
/// <param name="Text">For texts.</param>
/// <param name="Image">For images.</param>
public sealed record RetryOptions(RetrySettings Text, RetrySettings Image)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Reads both: by default 5 attempts, 2 s doubling up to 1 min, for 15 min.</summary>
    /// <exception cref="SettingException">A number is malformed, out of range, or contradicts another.</exception>
    public static RetryOptions Read(IConfiguration configuration) => new(ReadOne(configuration, "Text"), ReadOne(configuration, "Image"));

    private static RetrySettings ReadOne(IConfiguration configuration, string kind)
    {
        var prefix = $"Retry:{kind}";
        var first = configuration.ReadTimeSpan($"{prefix}:FirstInterval", TimeSpan.FromSeconds(2), Shortest, Longest);
        var settings = new RetrySettings(
            configuration.ReadInt32($"{prefix}:MaxAttempts", defaultValue: 5, min: 1, max: 100),
            first,
            configuration.ReadDouble($"{prefix}:Backoff", defaultValue: 2, min: 1, max: 100),
            configuration.ReadTimeSpan($"{prefix}:MaxInterval", TimeSpan.FromMinutes(1), Shortest, Longest),
            configuration.ReadTimeSpan($"{prefix}:Timeout", TimeSpan.FromMinutes(15), Shortest, TimeSpan.FromDays(30)));
        // The engine's policy refuses these at the first campaign; better to refuse them at the start.
        if (settings.MaxInterval < first)
            throw new SettingException($"{prefix}:MaxInterval", $"Setting '{prefix}:MaxInterval' must not be shorter than {prefix}:FirstInterval.");
        if (settings.Timeout < first)
            throw new SettingException($"{prefix}:Timeout", $"Setting '{prefix}:Timeout' must not be shorter than {prefix}:FirstInterval.");
        return settings;
    }
}
