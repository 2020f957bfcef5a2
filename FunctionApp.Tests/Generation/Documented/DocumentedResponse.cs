using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.Generation.Documented;

/// <summary>
/// A provider's response as its documentation or a report shows it, with its source. Names of organisations and long sentences are left out;
/// the fields are all there. <c>$image</c> stands for an image in base64, <c>$server</c> for the provider's address.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="Source">Where it is shown.</param>
/// <param name="Operation">What it responds to: <c>text</c>, <c>image</c>, <c>submit</c> or <c>poll</c>; or <c>webhook</c> for a request by the provider.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="Expected">What the provider's client makes of it.</param>
/// <param name="Headers">Headers that matter.</param>
/// <param name="Fault">The simulator's fault with the same response; null for a successful response, or one that it does not simulate.</param>
/// <param name="NotSimulated">Fields that the simulator leaves out.</param>
/// <param name="IsSimulated">Whether the simulator sends it at all: it behaves like the provider itself, not like others with the same API.</param>
public sealed record DocumentedResponse(
    string Name,
    string Source,
    string Operation,
    int Status,
    JsonNode Body,
    ExpectedOutcome Expected,
    IReadOnlyDictionary<string, string>? Headers = null,
    string? Fault = null,
    IReadOnlyList<string>? NotSimulated = null,
    bool IsSimulated = true)
{
    private const string Folder = "documented/";

    private static readonly Dictionary<string, DocumentedResponse[]> Responses = typeof(DocumentedResponse).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(name => name[Folder.Length..^".json".Length], Read);

    /// <summary>Every response, with its provider.</summary>
    public static IEnumerable<(string Provider, DocumentedResponse Response)> All =>
        Responses.SelectMany(provider => provider.Value, (provider, response) => (provider.Key, response));

    /// <summary>One response.</summary>
    public static DocumentedResponse Of(string provider, string name) => Responses[provider].Single(response => response.Name == name);

    /// <summary>The body as it is sent.</summary>
    public string BodyFrom(string server, byte[] image) => Body.ToJsonString()
        .Replace("$image", Convert.ToBase64String(image), StringComparison.Ordinal)
        .Replace("$server", server, StringComparison.Ordinal);

    private static DocumentedResponse[] Read(string name)
    {
        using var file = typeof(DocumentedResponse).Assembly.GetManifestResourceStream(name)!;
        return JsonSerializer.Deserialize<DocumentedResponse[]>(file, JsonSerializerOptions.Web)!;
    }
}

/// <summary>What a client makes of a response: a text, an image, a job, or a failure.</summary>
/// <param name="Text">The text.</param>
/// <param name="Model">The model that the response names.</param>
/// <param name="Usage">Input, output and total tokens.</param>
/// <param name="Image">Whether it is, or leads to, the image.</param>
/// <param name="Job">The job's id.</param>
/// <param name="State">Where the job stands.</param>
/// <param name="Failure">Code of the failure that the job ended with.</param>
/// <param name="Code">The failure's code.</param>
/// <param name="IsTransient">Whether another attempt can help.</param>
/// <param name="RetryAfterMs">The wait that it asks for.</param>
/// <param name="Says">Words that its message contains.</param>
public sealed record ExpectedOutcome(
    string? Text = null,
    string? Model = null,
    long[]? Usage = null,
    bool Image = false,
    string? Job = null,
    string? State = null,
    string? Failure = null,
    string? Code = null,
    bool IsTransient = false,
    double? RetryAfterMs = null,
    string? Says = null);
