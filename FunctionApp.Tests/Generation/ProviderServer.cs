using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionApp.Tests.Generation;

/// <summary>A provider whose responses a test writes byte for byte. It keeps the requests.</summary>
public sealed class ProviderServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ProviderRequest> _requests = new();

    private ProviderServer(RequestDelegate respond)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        _app = builder.Build();
        _app.Run(async context =>
        {
            _requests.Enqueue(await ProviderRequest.ReadAsync(context.Request));
            await respond(context);
        });
    }

    /// <summary>The server's address, without a slash at its end.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The requests so far.</summary>
    public IReadOnlyCollection<ProviderRequest> Requests => _requests;

    public static async Task<ProviderServer> StartAsync(RequestDelegate respond)
    {
        var server = new ProviderServer(respond);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A server that sends the same response each time.</summary>
    public static Task<ProviderServer> StartAsync(
        int status, string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            return context.Response.WriteAsync(body);
        });

    /// <summary>Holds a request until its caller gives up or the server stops.</summary>
    public static async Task HoldAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using (context.RequestAborted.Register(gone.SetResult))
            await gone.Task;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>A request that reached a <see cref="ProviderServer"/>.</summary>
public sealed record ProviderRequest(string Path, IReadOnlyDictionary<string, string> Headers, JsonNode? Body)
{
    public static async Task<ProviderRequest> ReadAsync(HttpRequest request)
    {
        var headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var isEmpty = request.ContentLength is null or 0 && !headers.ContainsKey("Transfer-Encoding");
        return new ProviderRequest(request.Path, headers, isEmpty ? null : await JsonNode.ParseAsync(request.Body));
    }
}
