using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.Access;

/// <summary>Requests with the headers that identify the caller.</summary>
internal static class AccessCalls
{
    private static readonly JsonObject Campaign = new() { ["prompt"] = "A cat", ["images"] = new JsonObject { ["count"] = 0 } };

    public static Task<HttpResponseMessage> GetAsync(this HttpClient http, string path, params (string Name, string Value)[] headers) =>
        http.SendAsync(HttpMethod.Get, path, headers);

    /// <summary>Posts a campaign of a text alone.</summary>
    public static Task<HttpResponseMessage> PostCampaignAsync(this HttpClient http, params (string Name, string Value)[] headers) =>
        http.SendAsync(HttpMethod.Post, "/api/campaigns", headers, Campaign);

    public static Task<HttpResponseMessage> SendAsync(
        this HttpClient http, HttpMethod method, string path, (string Name, string Value)[] headers, JsonNode? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return http.SendAsync(request);
    }

    /// <summary>The response's body, which must be problem details of a status and code.</summary>
    public static async Task<JsonObject> AssertProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.Equal(code, (string)problem["code"]!);
        Assert.False(string.IsNullOrEmpty((string)problem["detail"]!));
        Assert.False(string.IsNullOrEmpty((string)problem["traceId"]!));
        return problem;
    }

    public static async Task<JsonObject> ReadAsync(this HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonObject>())!;

    /// <summary>The one value of a header.</summary>
    public static string Header(this HttpResponseMessage response, string name) =>
        Assert.Single(response.Headers.TryGetValues(name, out var values) ? values : []);
}
