namespace EmbeddedHost.Configuration;

/// <summary>Which AI providers are configured, and the settings that point the others at AiSimulator.</summary>
internal sealed class ProviderDefaults(Settings settings)
{
    private const string AnyKey = "simulator";

    private sealed record Provider(string Section, string Name, bool Text, bool Image, string Path, params (string Key, string Value)[] Settings);

    // In the order in which a configured one becomes the default.
    private static readonly Provider[] All =
    [
        new("AzureOpenAI", "azure-openai", Text: true, Image: true, "/openai/v1/",
            ("ApiKey", AnyKey), ("TextDeployment", "gpt-4.1-mini"), ("ImageDeployment", "gpt-image-1")),
        new("OpenAI", "openai", Text: true, Image: true, "/v1",
            ("ApiKey", AnyKey), ("TextModel", "gpt-4.1-mini"), ("ImageModel", "gpt-image-1")),
        new("Gemini", "gemini", Text: true, Image: false, "/v1beta/openai/",
            ("ApiKey", AnyKey), ("TextModel", "gemini-2.5-flash")),
        new("StableDiffusion", "stable-diffusion", Text: false, Image: true, "/",
            ("Model", "sd_xl_base_1.0")),
        new("Replicate", "replicate", Text: false, Image: true, "/v1",
            ("ApiToken", AnyKey), ("Model", "black-forest-labs/flux-schnell")),
        new("Callback", "callback", Text: false, Image: true, "/callback/jobs"),
    ];

    private const string DefaultProvider = "openai";

    /// <summary>The names of all providers.</summary>
    public static IReadOnlyList<string> Every => [.. All.Select(provider => provider.Name)];

    /// <summary>The names of the providers that are not configured.</summary>
    public IReadOnlyList<string> Missing => [.. All.Where(provider => !IsConfigured(provider)).Select(provider => provider.Name)];

    /// <summary>The settings that choose the default provider of each kind: a configured one, else a simulated one.</summary>
    public IReadOnlyDictionary<string, string> Choice => ChoiceOf(
        Array.Find(All, provider => provider.Text && IsConfigured(provider) && HasDeployment(provider, "Text"))?.Name ?? DefaultProvider,
        Array.Find(All, provider => provider.Image && IsConfigured(provider) && HasDeployment(provider, "Image"))?.Name ?? DefaultProvider);

    /// <summary>The same settings where every provider is simulated.</summary>
    public static IReadOnlyDictionary<string, string> SimulatedChoice => ChoiceOf(DefaultProvider, DefaultProvider);

    /// <summary>The settings that point the named providers at a simulator.</summary>
    public static IReadOnlyDictionary<string, string> Simulated(IReadOnlyCollection<string> names, SimulatorService simulator)
    {
        var simulated = new Dictionary<string, string>();
        foreach (var provider in All.Where(provider => names.Contains(provider.Name)))
        {
            simulated[$"Providers__{provider.Section}__Endpoint"] = new Uri(simulator.Address, provider.Path).ToString();
            foreach (var (key, value) in provider.Settings) simulated[$"Providers__{provider.Section}__{key}"] = value;
        }

        if (names.Contains("replicate")) simulated["Providers__Replicate__WebhookSecret"] = simulator.ReplicateWebhookSecret;
        if (names.Contains("callback")) simulated["Providers__Callback__Secret"] = simulator.CallbackSecret;
        return simulated;
    }

    private bool IsConfigured(Provider provider) =>
        Array.Exists(["Endpoint", "ApiKey", "ApiToken"], key => settings.Has($"Providers__{provider.Section}__{key}"));

    // An Azure resource makes what it has a deployment for; all the others have a model of each kind by default.
    private bool HasDeployment(Provider provider, string kind) =>
        provider.Section != "AzureOpenAI" || settings.Has($"Providers__AzureOpenAI__{kind}Deployment");

    private static Dictionary<string, string> ChoiceOf(string text, string image) => new()
    {
        ["Providers__Text"] = text,
        ["Providers__Image"] = image,
    };
}
