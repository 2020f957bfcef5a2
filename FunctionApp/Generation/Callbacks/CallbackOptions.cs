using Atelier.Configuration;
namespace Atelier.Generation.Callbacks;

/// <summary>The settings below <c>Providers:Callback</c>.</summary>
/// <param name="Endpoint">Where jobs are posted to, such as <c>https://images.example.com/jobs</c>.</param>
/// <param name="Secret">Signs the callbacks.</param>
/// <param name="ApiKey">Sent as a bearer key; null for a service that needs none.</param>
/// <param name="Model">The name of the model in the campaign's view. Default: <c>callback</c>.</param>
/// <param name="OutputHosts">Where images may be fetched from, beside the endpoint itself. Default: nowhere else.</param>
/// <param name="JobTiming">How often jobs are polled, and how long they may take.</param>
/// <param name="Timeout">How long one call may take.</param>
/// <param name="MaxCallbackLength">How long a callback's body may be, in bytes.</param>
internal sealed record CallbackOptions(
    Uri Endpoint,
    Secret Secret,
    Secret? ApiKey,
    string Model,
    string[] OutputHosts,
    JobTiming JobTiming,
    TimeSpan Timeout,
    int MaxCallbackLength)
{
    /// <summary>Reads the settings; null where no endpoint is set.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static CallbackOptions? Read(ProviderSection section) => section.Url("Endpoint") is { } endpoint
        ? new CallbackOptions(
            endpoint,
            section.Secret("Secret") ?? throw section.Invalid("Secret", "is missing: callbacks are signed with it"),
            section.Secret("ApiKey"),
            section.Text("Model") ?? "callback",
            section.OutputHosts(""),
            section.JobTiming(),
            section.Timeout(),
            section.MaxCallbackLength())
        : null;
}
