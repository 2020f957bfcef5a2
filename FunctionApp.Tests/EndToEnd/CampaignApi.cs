using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A REST client as a user would write one.</summary>
internal sealed class CampaignApi(HttpClient http)
{
    private static readonly HashSet<string> Ended = ["COMPLETE", "FAILED", "CANCELED"];

    public HttpClient Http { get; } = http;

    public Task<HttpResponseMessage> PostAsync(JsonNode body, string? idempotencyKey = null, string? user = null) =>
        PostRawAsync(body.ToJsonString(), "application/json", idempotencyKey, user);

    public Task<HttpResponseMessage> PostRawAsync(string body, string? contentType, string? idempotencyKey = null, string? user = null)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/campaigns") { Content = content };
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        if (user is not null)
        {
            request.Headers.Add("X-User", user);
        }

        return Http.SendAsync(request);
    }

    /// <summary>Starts a campaign that must be accepted.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> StartAsync(string prompt, int images = 1)
    {
        using var response = await PostAsync(new JsonObject { ["prompt"] = prompt, ["images"] = new JsonObject { ["count"] = images } });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await ReadAsync(response))["id"]!;
    }

    public async Task<JsonObject> GetAsync(string id)
    {
        using var response = await Http.GetAsync($"/api/campaigns/{id}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await ReadAsync(response);
    }

    /// <summary>Follows a campaign by long polling until it has ended.</summary>
    public async Task<JsonObject> EndOfAsync(string id, TimeSpan? timeout = null, string? user = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(60));
        EntityTagHeaderValue? tag = null;
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}?wait=10");
            if (user is not null)
            {
                request.Headers.Add("X-User", user);
            }

            if (tag is not null)
            {
                request.Headers.IfNoneMatch.Add(tag);
            }

            using var response = await Http.SendAsync(request, limit.Token);
            if (response.StatusCode == HttpStatusCode.NotModified)
            {
                continue;
            }

            // On a busy machine PostgreSQL may need longer than the service waits: a client asks again after the pause that the response names.
            if (response is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { } pause })
            {
                await Task.Delay(pause, limit.Token);
                continue;
            }

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            tag = response.Headers.ETag;
            var campaign = await ReadAsync(response);
            if (Ended.Contains((string)campaign["status"]!))
            {
                return campaign;
            }
        }
    }

    public static async Task<JsonObject> ReadAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonObject>())!;
}
