using AiSimulator;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>The asynchronous providers of the simulator.</summary>
internal static class AsyncProviders
{
    /// <summary>Their settings, for <see cref="AtelierFixture.MoreSettings"/>.</summary>
    public static Dictionary<string, string> Settings { get; } = new()
    {
        ["Providers__Replicate__Endpoint"] = "{simulator}/v1",
        ["Providers__Replicate__ApiToken"] = "a-token",
        ["Providers__Replicate__WebhookSecret"] = new SimulatorOptions().ReplicateWebhookSecret,
        ["Providers__Replicate__PollInterval"] = "00:00:01",
        ["Providers__Callback__Endpoint"] = "{simulator}/callback/jobs",
        ["Providers__Callback__Secret"] = new SimulatorOptions().CallbackSecret,
        ["Providers__Callback__PollInterval"] = "00:00:01",
    };
}
