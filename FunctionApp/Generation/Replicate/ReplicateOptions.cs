using System.Text.RegularExpressions;
using Atelier.Configuration;

namespace Atelier.Generation.Replicate;

/// <summary>The settings below <c>Providers:Replicate</c>.</summary>
/// <param name="Endpoint">The base address. Default: <c>https://api.replicate.com/v1</c>.</param>
/// <param name="ApiToken">The token of the account.</param>
/// <param name="Model">Owner and name. Default: <c>black-forest-labs/flux-schnell</c>.</param>
/// <param name="WebhookKey">The key of the account's webhooks; null: jobs are asked for, no webhook is ordered.</param>
/// <param name="OutputHosts">Where images may be fetched from. Default: <c>.replicate.delivery</c> and Google's storage.</param>
/// <param name="JobTiming">How often predictions are polled, and how long they may take.</param>
/// <param name="Timeout">How long one call may take.</param>
/// <param name="MaxCallbackLength">How long a webhook's body may be, in bytes.</param>
internal sealed partial record ReplicateOptions(
    Uri Endpoint,
    Secret ApiToken,
    string Model,
    byte[]? WebhookKey,
    string[] OutputHosts,
    JobTiming JobTiming,
    TimeSpan Timeout,
    int MaxCallbackLength)
{
    private const string Prefix = "whsec_";
    private static readonly Uri DefaultEndpoint = new("https://api.replicate.com/v1");

    /// <summary>Reads the settings; null where neither an endpoint nor a token is set.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static ReplicateOptions? Read(ProviderSection section)
    {
        if (!section.HasAny("Endpoint", "ApiToken"))
            return null;
        var model = section.Text("Model") ?? "black-forest-labs/flux-schnell";
        if (!ModelName().IsMatch(model))
            throw section.Invalid("Model", "must be owner and name, as in black-forest-labs/flux-schnell");
        return new ReplicateOptions(
            section.Url("Endpoint") ?? DefaultEndpoint,
            section.Secret("ApiToken") ?? throw section.Invalid("ApiToken", "is missing"),
            model,
            KeyOf(section),
            section.OutputHosts(".replicate.delivery,storage.googleapis.com"),
            section.JobTiming(),
            section.Timeout(),
            section.MaxCallbackLength());
    }

    private static byte[]? KeyOf(ProviderSection section)
    {
        if (section.Text("WebhookSecret") is not { } secret)
            return null;
        var bytes = new byte[secret.Length];
        return secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length > 0
            ? bytes[..length]
            : throw section.Invalid("WebhookSecret", "must be whsec_ and a key in base64, as Replicate shows it");
    }

    [GeneratedRegex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ModelName();
}
