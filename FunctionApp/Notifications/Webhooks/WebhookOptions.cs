using Atelier.Configuration;
using Atelier.Durable;

namespace Atelier.Notifications.Webhooks;

/// <summary>How webhooks are kept and called, from <c>Webhooks</c>.</summary>
public sealed record WebhookOptions
{
    /// <summary>
    /// Keys that the signing secrets are encrypted with, 32 bytes each: the first encrypts, all decrypt. <c>Webhooks:EncryptionKey</c>, in
    /// Base64, several separated by commas while one takes over from another. Without one there can be no webhooks.
    /// </summary>
    public IReadOnlyList<byte[]> EncryptionKeys { get; init; } = [];

    /// <summary>
    /// Whether private, loopback and link-local targets and plain HTTP are allowed: for development and tests alone.
    /// <c>Webhooks:AllowPrivateTargets</c>, default is <see langword="false"/>.
    /// </summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary>
    /// How attempts are spaced. <c>Webhooks:MaxAttempts</c>, <c>:FirstInterval</c> and <c>:Backoff</c>; by default ten, after 5 s and then
    /// each 3.2 times the one before: the last after 22 hours.
    /// </summary>
    public RetrySettings Retry { get; init; } =
        new(MaxAttempts: 10, TimeSpan.FromSeconds(5), Backoff: 3.2, TimeSpan.FromDays(1), TimeSpan.FromDays(7));

    /// <summary>How long one attempt may take. <c>Webhooks:Timeout</c>, default is 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">One is malformed or out of range.</exception>
    public static WebhookOptions Read(IConfiguration configuration)
    {
        var defaults = new WebhookOptions();
        var retry = defaults.Retry;
        var first = configuration.ReadTimeSpan(
            "Webhooks:FirstInterval", retry.FirstInterval, TimeSpan.FromMilliseconds(1), retry.MaxInterval);
        return new WebhookOptions
        {
            EncryptionKeys = ReadKeys(configuration),
            AllowPrivateTargets = configuration.ReadBoolean("Webhooks:AllowPrivateTargets", defaultValue: false),
            Retry = retry with
            {
                MaxAttempts = configuration.ReadInt32("Webhooks:MaxAttempts", retry.MaxAttempts, min: 1, max: 50),
                FirstInterval = first,
                Backoff = configuration.ReadDouble("Webhooks:Backoff", retry.Backoff, min: 1, max: 100),
            },
            Timeout = configuration.ReadTimeSpan(
                "Webhooks:Timeout", defaults.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2)),
        };
    }

    private static byte[][] ReadKeys(IConfiguration configuration)
    {
        const string Setting = "Webhooks:EncryptionKey";
        try
        {
            byte[][] keys =
            [
                .. (configuration[Setting] ?? "")
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(Convert.FromBase64String),
            ];
            if (Array.TrueForAll(keys, key => key.Length == SecretBox.KeyLength))
                return keys;
        }
        catch (FormatException)
        {
            // The same sentence for both, and it never repeats the key.
        }
        throw new SettingException(Setting, $"Setting '{Setting}' must be {SecretBox.KeyLength} random bytes in Base64, or several of them separated by commas.");
    }
}
