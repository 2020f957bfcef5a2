using DurableTask.PostgreSQL.AzureFunctions;

namespace Atelier.Configuration;

/// <summary>
/// The app's settings by section. Any other name in one of these sections stops the start: a misspelt setting would leave a default in force that nobody has
/// chosen.
/// </summary>
internal static class KnownSettings
{
    private static readonly string[] Retry = ["MaxAttempts", "FirstInterval", "Backoff", "MaxInterval", "Timeout"];
    private static readonly string[] Jobs = ["Endpoint", "Model", "OutputHosts", "PollInterval", "JobTimeout", "Timeout", "MaxCallbackMegabytes"];

    private static readonly Dictionary<string, string[]> Sections = new()
    {
        ["Access"] = ["Mode", "AllowedEmailDomains", "Operators", "ScrapeToken", "RequestsPerMinute", "MaxRunning", "MaxPerDay"],
        ["Cors"] = ["Origins"],
        ["Database"] = ["MigrateOnStart"],
        ["Events"] = ["StreamLifetime", "ReaderBuffer"],
        ["Images"] = ["Container"],
        ["Providers"] =
        [
            "Text", "Image", "MaxConcurrentCalls", "MaxImageMegabytes", "AzureOpenAI", "OpenAI", "Gemini", "StableDiffusion", "Replicate", "Callback",
        ],
        ["Providers:AzureOpenAI"] = ["Endpoint", "ApiKey", "TextDeployment", "ImageDeployment", "OutputHosts", "Timeout"],
        ["Providers:OpenAI"] = ["Endpoint", "ApiKey", "TextModel", "ImageModel", "OutputHosts", "Timeout"],
        ["Providers:Gemini"] = ["Endpoint", "ApiKey", "TextModel", "Timeout"],
        ["Providers:StableDiffusion"] = ["Endpoint", "User", "Password", "Model", "Sampler", "NegativePrompt", "Steps", "Guidance", "Timeout"],
        ["Providers:Replicate"] = ["ApiToken", "WebhookSecret", .. Jobs],
        ["Providers:Callback"] = ["ApiKey", "Secret", .. Jobs],
        ["Retention"] = ["HistoryDays", "CampaignDays"],
        ["Retry"] = ["Text", "Image"],
        ["Retry:Text"] = Retry,
        ["Retry:Image"] = Retry,
        ["Webhooks"] = ["EncryptionKey", "AllowPrivateTargets", "Timeout", "MaxAttempts", "FirstInterval", "Backoff"],
    };

    /// <summary>Checks the app's sections.</summary>
    /// <exception cref="SettingException">One has an unknown name.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var (section, names) in Sections)
            Check(configuration, section, names);
    }

    /// <summary>Checks one section.</summary>
    /// <exception cref="SettingException">It has a name that is not among these.</exception>
    public static void Check(IConfiguration configuration, string section, params IReadOnlyCollection<string> names)
    {
        foreach (var setting in configuration.GetSection(section).GetChildren())
        {
            if (!names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                throw new SettingException(setting.Path, $"Setting '{setting.Path}' is not known. Did you mean '{section}:{NearestName.Of(setting.Key, names)}'?");
        }
    }
}
