using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AiSimulator;
using Microsoft.AspNetCore.Builder;

namespace FunctionApp.Tests.Simulator;

/// <summary>A simulator without latency on a free port.</summary>
public sealed class SimulatorFixture : IAsyncLifetime, IAsyncDisposable
{
    private readonly WebApplication _app;

    public SimulatorFixture()
        : this(new SimulatorOptions())
    {
    }

    private SimulatorFixture(SimulatorOptions options)
    {
        options.TextLatency = options.ImageLatency = TimeSpan.Zero;
        options.WebhookRetryDelay = TimeSpan.FromMilliseconds(5);
        _app = SimulatorApp.Create([], options);
    }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public static async Task<SimulatorFixture> StartAsync(Action<SimulatorOptions>? configure = null)
    {
        var options = new SimulatorOptions();
        configure?.Invoke(options);
        var fixture = new SimulatorFixture(options);
        await fixture.InitializeAsync();
        return fixture;
    }

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    /// <summary>A campaign's id that no other test has used.</summary>
    public static string NewCampaign() => $"campaign-{Guid.NewGuid():N}";

    public Task<HttpResponseMessage> ChatAsync(string prompt, string? user = null, string baseUrl = "/v1", string? system = null) =>
        Http.PostAsJsonAsync($"{baseUrl}/chat/completions", new
        {
            model = "a-model",
            user,
            messages = new[] { new { role = "system", content = system ?? "You write." }, new { role = "user", content = prompt } },
        });

    public Task<HttpResponseMessage> ImageAsync(string prompt, string? user = null, string baseUrl = "/v1", string size = "1024x1024", string format = "png") =>
        Http.PostAsJsonAsync($"{baseUrl}/images/generations", new { model = "an-image-model", prompt, user, size, output_format = format, quality = "low" });

    public static async Task<JsonNode> JsonOf(HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonNode>())!;

    public static byte[] PictureOf(JsonNode image) => Convert.FromBase64String((string)image["data"]![0]!["b64_json"]!);
}
