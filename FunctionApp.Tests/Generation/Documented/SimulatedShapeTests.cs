using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Simulator;

namespace FunctionApp.Tests.Generation.Documented;

/// <summary>The simulator responds with every field that the documentation of its models shows, each of the same type.</summary>
public sealed class SimulatedShapeTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    // A different prompt for each test: the simulator counts by prompt where a call does not name its campaign.
    private readonly string _prompt = $"A paper boat {Guid.NewGuid():N}";

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (provider, response) in DocumentedResponse.All)
            {
                if (response.IsSimulated && (response.Status < 300 || response.Fault is not null)) cases.Add(provider, response.Name);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Simulator_DocumentedResponse_HasItsShape(string provider, string name)
    {
        var response = DocumentedResponse.Of(provider, name);

        var (status, headers, body) = await AskAsync(provider, response);

        Assert.Equal(response.Status, status);
        Assert.DoesNotContain(Missing(response.Body, body, "$"), path => response.NotSimulated?.Any(path.EndsWith) != true);
        foreach (var (header, value) in response.Headers ?? new Dictionary<string, string>())
        {
            Assert.True(headers.ContainsKey(header), $"{header} is missing.");
            if (header == "Retry-After") Assert.Equal(value, headers[header]);
        }
    }

    private async Task<(int Status, Dictionary<string, string> Headers, JsonNode Body)> AskAsync(string provider, DocumentedResponse response)
    {
        var fault = response.Fault is null ? "" : $" [[fault: {response.Fault}]]";
        switch (response.Operation)
        {
            case "text":
                return await ReadAsync(await simulator.ChatAsync(_prompt + fault, baseUrl: BaseOf(provider)));
            case "image" when provider == "stable-diffusion":
                return await ReadAsync(await simulator.Http.PostAsJsonAsync("/sdapi/v1/txt2img", new { prompt = _prompt + fault, width = 64, height = 64 }));
            case "image":
                return await ReadAsync(await simulator.ImageAsync(_prompt + fault, baseUrl: BaseOf(provider)));
            case "submit":
                return await ReadAsync(await SubmitAsync(_prompt + fault));
            case "webhook":
                await using (var receiver = await WebhookReceiver.StartAsync())
                {
                    await SubmitAsync(_prompt, receiver.Url(provider, SimulatorFixture.NewCampaign(), "image/0"));
                    var hook = await receiver.NextAsync();
                    return (response.Status, hook.Headers, hook.Json);
                }

            default:
                return await PollAsync((string)response.Body["status"]!, isSingle: response.Body["output"] is JsonValue);
        }
    }

    private async Task<(int Status, Dictionary<string, string> Headers, JsonNode Body)> PollAsync(string status, bool isSingle)
    {
        var isCanceled = status == "canceled";
        var (_, _, made) = await ReadAsync(await SubmitAsync(_prompt + (isCanceled ? " [[fault: job-stuck]]" : ""), model: isSingle ? "flux-pro" : "flux-schnell"));
        if (isCanceled) await simulator.Http.PostAsync(new Uri((string)made["urls"]!["cancel"]!), content: null);
        await Eventually.TrueAsync(async () => (string)(await GetAsync()).Body["status"]! == status);
        return await GetAsync();

        async Task<(int Status, Dictionary<string, string> Headers, JsonNode Body)> GetAsync() =>
            await ReadAsync(await simulator.Http.GetAsync(new Uri((string)made["urls"]!["get"]!)));
    }

    private Task<HttpResponseMessage> SubmitAsync(string prompt, string? webhook = null, string model = "flux-schnell") =>
        simulator.Http.PostAsJsonAsync($"/v1/models/black-forest-labs/{model}/predictions", new { input = new { prompt }, webhook });

    private static string BaseOf(string provider) => provider switch
    {
        "azure-openai" => "/openai/v1",
        "gemini" => "/v1beta/openai",
        _ => "/v1",
    };

    private static async Task<(int Status, Dictionary<string, string> Headers, JsonNode Body)> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
            return ((int)response.StatusCode, headers, await SimulatorFixture.JsonOf(response));
        }
    }

    // A null shows no type, and metadata that the user sent has no fixed shape.
    private static IEnumerable<string> Missing(JsonNode? shown, JsonNode? given, string path)
    {
        if (shown is null || given is null || path is "$.input" or "$.parameters")
            yield break;
        if (KindOf(shown) != KindOf(given))
        {
            yield return $"{path} is {KindOf(given)} instead of {KindOf(shown)}";
            yield break;
        }

        foreach (var (name, value) in shown as JsonObject ?? [])
        {
            if (!((JsonObject)given).TryGetPropertyValue(name, out var other))
                yield return $"{path}.{name}";
            foreach (var inner in Missing(value, other, $"{path}.{name}")) yield return inner;
        }

        if (shown is JsonArray { Count: > 0 } list)
        {
            if (((JsonArray)given).Count == 0)
            {
                yield return $"{path}[0]";
            }
            else
            {
                foreach (var inner in Missing(list[0], given[0], $"{path}[0]")) yield return inner;
            }
        }
    }

    private static JsonValueKind KindOf(JsonNode node) =>
        node.GetValueKind() is var kind && kind == JsonValueKind.False ? JsonValueKind.True : kind;
}
