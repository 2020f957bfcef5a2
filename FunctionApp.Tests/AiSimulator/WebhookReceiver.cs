using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Simulator;

/// <summary>Receives webhooks: keeps what arrives and responds with the queued statuses, then with 200.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapPost("/api/callbacks/{provider}/{campaign}/{**part}", async http =>
        {
            var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
            http.Response.StatusCode = Statuses.TryDequeue(out var status) ? status : 200;
            await _received.Writer.WriteAsync(new Received(body, JsonNode.Parse(body)!, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        });
    }

    public ConcurrentQueue<int> Statuses { get; } = new();

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public string Url(string provider, string campaign, string part) => $"{_app.Urls.Single()}/api/callbacks/{provider}/{campaign}/{part}";

    public bool HasMore => _received.Reader.Count > 0;

    public async Task<Received> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _received.Reader.ReadAsync(limit.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed record Received(string Body, JsonNode Json, Dictionary<string, string> Headers);
}
