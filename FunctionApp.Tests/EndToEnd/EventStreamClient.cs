using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Reads server-sent events as a browser does.</summary>
internal sealed class EventStreamClient : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private EventStreamClient(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _items = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    public HttpResponseMessage Response => _response;

    public static async Task<EventStreamClient> OpenAsync(HttpClient http, string path, string? user = null, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null) request.Headers.Add("X-User", user);
        if (lastEventId is { } id) request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{id}");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new EventStreamClient(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next message; <see langword="null"/> when the stream has ended.</summary>
    public async Task<StreamMessage?> NextAsync()
    {
        var moved = await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        if (!moved) return null;
        var item = _items.Current;
        return new StreamMessage(item.EventId!, item.EventType, JsonNode.Parse(item.Data)!.AsObject());
    }

    /// <summary>All messages up to and including the first of a type.</summary>
    public async Task<List<StreamMessage>> UntilAsync(string type)
    {
        var messages = new List<StreamMessage>();
        while (await NextAsync() is { } message)
        {
            messages.Add(message);
            if (message.Type == type) return messages;
        }

        throw new InvalidOperationException($"The stream ended before {type}.");
    }

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal sealed record StreamMessage(string Id, string Type, JsonObject Data)
{
    public long Number => long.Parse(Id);
}
