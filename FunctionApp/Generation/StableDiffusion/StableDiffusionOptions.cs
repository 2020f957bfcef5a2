using Atelier.Configuration;
namespace Atelier.Generation.StableDiffusion;

/// <summary>The settings below <c>Providers:StableDiffusion</c>.</summary>
/// <param name="Endpoint">The web UI's base address, such as <c>http://127.0.0.1:7860</c>.</param>
/// <param name="User">The user of Basic authentication; null where the web UI asks for none.</param>
/// <param name="Password">The password of Basic authentication.</param>
/// <param name="Model">The checkpoint; null for the one that is loaded.</param>
/// <param name="Sampler">The sampler. Default: <c>Euler a</c>.</param>
/// <param name="NegativePrompt">What images must not show. Default: nothing.</param>
/// <param name="Steps">Steps for quality <c>medium</c>, 1 to 150; <c>low</c> takes half, <c>high</c> half as many again. Default: 28.</param>
/// <param name="Guidance">How closely to follow the prompt, 1 to 30. Default: 7.</param>
/// <param name="Timeout">How long a call may take.</param>
internal sealed record StableDiffusionOptions(
    Uri Endpoint,
    string? User,
    Secret? Password,
    string? Model,
    string Sampler,
    string NegativePrompt,
    int Steps,
    int Guidance,
    TimeSpan Timeout)
{
    /// <summary>Reads the settings; null where no endpoint is set.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static StableDiffusionOptions? Read(IConfiguration providers)
    {
        var section = new ProviderSection(providers, "StableDiffusion");
        if (section.Url("Endpoint") is not { } endpoint)
            return null;
        var user = section.Text("User");
        var password = section.Secret("Password");
        if (user is null != password is null)
            throw section.Invalid(user is null ? "User" : "Password", "is missing: Basic authentication needs a user and a password");
        return new StableDiffusionOptions(
            endpoint,
            user,
            password,
            section.Text("Model"),
            section.Text("Sampler") ?? "Euler a",
            section.Text("NegativePrompt") ?? "",
            section.Number("Steps", 28, 1, 150),
            section.Number("Guidance", 7, 1, 30),
            section.Timeout());
    }
}
