using System.Text.Json.Nodes;
using AiSimulator.Http;

namespace AiSimulator.Providers.OpenAi;

/// <summary>The part of a chat completion request that the simulator looks at.</summary>
internal sealed record ChatRequest : IPromptRequest
{
    public required string Model { get; init; }

    /// <summary>All system and developer messages.</summary>
    public required string Instructions { get; init; }

    /// <summary>The last message of the user.</summary>
    public required string Asked { get; init; }

    public string? User { get; init; }

    public long? MaxTokens { get; init; }

    public bool Stream { get; init; }

    public bool StreamUsage { get; init; }

    /// <summary>Instructions and question: either may hold directives.</summary>
    public string Prompt => Instructions.Length == 0 ? Asked : $"{Instructions}\n{Asked}";

    string? IPromptRequest.Model => Model;

    public static ChatRequest Read(JsonObject body)
    {
        if (body.Text("model") is not { Length: > 0 } model)
            throw new InvalidRequestException("model", "you must provide a model parameter");
        if (body["messages"] is not JsonArray { Count: > 0 } messages)
            throw new InvalidRequestException("messages", "Missing required parameter: 'messages'.", "missing_required_parameter");

        var instructions = new List<string>();
        var asked = "";
        foreach (var node in messages)
        {
            if (node is not JsonObject message) throw new InvalidRequestException("messages", "Every message must be an object.");
            var role = message.RequiredText("role");
            if (role is "system" or "developer") instructions.Add(ContentOf(message));
            else if (role == "user") asked = ContentOf(message);
        }
        return new ChatRequest
        {
            Model = model,
            Instructions = string.Join("\n", instructions),
            Asked = asked,
            User = body.Text("user"),
            MaxTokens = body.Integer("max_completion_tokens") ?? body.Integer("max_tokens"),
            Stream = body.Flag("stream"),
            StreamUsage = body["stream_options"] is JsonObject stream && stream.Flag("include_usage"),
        };
    }

    private static string ContentOf(JsonObject message) => message["content"] switch
    {
        null => "",
        JsonArray parts => string.Join("\n", parts.OfType<JsonObject>().Select(p => p.Text("text")).Where(t => t is not null)),
        _ => message.Text("content") ?? "",
    };
}
