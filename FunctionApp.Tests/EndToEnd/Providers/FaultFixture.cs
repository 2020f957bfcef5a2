using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using AiSimulator;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>A host with all six providers pointed at the simulator, and one campaign for each fault at each of them.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    /// <summary>Keys of the providers, which nothing else in the log resembles.</summary>
    internal static readonly string[] Secrets =
        ["azure-key-5d1f0a", "gemini-key-77c02b", "sd-password-19ab3e", "r8-token-4410dd", SimulatorSecret, "callback-key-90210f", "simulator-secret"];

    /// <summary>The longest callback of the provider callback, in bytes.</summary>
    internal const int MaxCallback = 32 << 20;

    private const int AtOnce = 12;
    private const string SimulatorSecret = "c2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0LWtleS0wMQ==";

    private readonly ConcurrentDictionary<(string Provider, string Fault), Task<JsonObject>> _campaigns = new();
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private int _begun;

    internal AtelierFixture Atelier { get; } = new() { PlainPictures = true, MoreSettings = Settings() };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Atelier.DisposeAsync();
        _slots.Dispose();
    }

    /// <summary>The campaign of a case, once it has ended. The first call starts them all in parallel.</summary>
    internal async Task<JsonObject> EndOfAsync(LocalServicesFixture services, string provider, string fault)
    {
        await Atelier.StartAsync(services);
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            foreach (var each in FaultCase.All) _ = _campaigns.GetOrAdd(each, key => RunAsync(key.Provider, key.Fault));
        }

        return await _campaigns.GetOrAdd((provider, fault), key => RunAsync(key.Provider, key.Fault));
    }

    /// <summary>Starts a campaign with one part, made by a provider.</summary>
    internal async Task<string> StartAsync(string provider, string prompt)
    {
        var isText = FaultCase.IsText(provider);
        using var response = await Atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = prompt,
            ["images"] = new JsonObject { ["count"] = isText ? 0 : 1 },
            ["text"] = isText ? new JsonObject() : null,
            ["providers"] = new JsonObject { [isText ? "text" : "image"] = provider },
        });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await CampaignApi.ReadAsync(response))["id"]!;
    }

    private async Task<JsonObject> RunAsync(string provider, string fault)
    {
        await _slots.WaitAsync();
        try
        {
            // A drip that is longer than the provider's timeout would only be another timeout.
            var delay = fault == "slow" ? " delay=1" : "";
            var id = await StartAsync(provider, $"A {provider} lighthouse [[fault: {fault}{delay}]]");
            return await Atelier.Api.EndOfAsync(id, TimeSpan.FromMinutes(3));
        }
        finally
        {
            _slots.Release();
        }
    }

    private static Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["Providers__AzureOpenAI__Endpoint"] = "{simulator}/openai/v1/",
            ["Providers__AzureOpenAI__ApiKey"] = Secrets[0],
            ["Providers__AzureOpenAI__TextDeployment"] = "words",
            ["Providers__AzureOpenAI__ImageDeployment"] = "pictures",
            ["Providers__Gemini__Endpoint"] = "{simulator}/v1beta/openai/",
            ["Providers__Gemini__ApiKey"] = Secrets[1],
            ["Providers__StableDiffusion__Endpoint"] = "{simulator}",
            ["Providers__StableDiffusion__User"] = "painter",
            ["Providers__StableDiffusion__Password"] = Secrets[2],
            ["Providers__Replicate__Endpoint"] = "{simulator}/v1",
            ["Providers__Replicate__ApiToken"] = Secrets[3],
            ["Providers__Replicate__WebhookSecret"] = new SimulatorOptions().ReplicateWebhookSecret,
            ["Providers__Callback__Endpoint"] = "{simulator}/callback/jobs",
            ["Providers__Callback__Secret"] = new SimulatorOptions().CallbackSecret,
            ["Providers__Callback__ApiKey"] = Secrets[5],
            // Its callbacks may hold images.
            ["Providers__Callback__MaxCallbackMegabytes"] = $"{MaxCallback >> 20}",
        };
        foreach (var section in new[] { "OpenAI", "AzureOpenAI", "Gemini", "StableDiffusion", "Replicate", "Callback" })
        {
            settings[$"Providers__{section}__Timeout"] = "8";
        }

        foreach (var section in new[] { "Replicate", "Callback" })
        {
            settings[$"Providers__{section}__PollInterval"] = "00:00:01";
            settings[$"Providers__{section}__JobTimeout"] = "00:00:08";
        }

        return settings;
    }
}
