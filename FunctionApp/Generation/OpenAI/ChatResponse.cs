using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Generation.Calls;
using Atelier.Generation.Http;
using Atelier.Generation.Json;

namespace Atelier.Generation.OpenAI;

/// <summary>Reads a chat completion: its text, how it ended, and its usage. Nothing else in it can fail a text that was paid for.</summary>
internal static class ChatResponse
{
    private const int MaxModelName = 200;

    // OpenAI's finish reason, and Google's, for filtered texts.
    private static readonly FrozenSet<string> Filters = FrozenSet.ToFrozenSet(
        ["content_filter", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII"], StringComparer.OrdinalIgnoreCase);

    // OpenAI's finish reason, Google's and Mistral's, for cut texts.
    private static readonly FrozenSet<string> Limits = FrozenSet.ToFrozenSet(
        ["length", "MAX_TOKENS", "model_length"], StringComparer.OrdinalIgnoreCase);

    // The reasoning before the text, as DeepSeek, Qwen and others mark it, and Google.
    private static readonly (string Begin, string End)[] ReasoningTags =
        [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>")];

    private static readonly Regex Reasoning = new(
        string.Join('|', ReasoningTags.Select(tag => $"{tag.Begin}.*?{tag.End}")),
        RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Reads the text.</summary>
    /// <exception cref="GenerationException">There is none, or it was filtered or cut.</exception>
    public static GeneratedText Read(ProviderResponse response, string model, ProviderCaller caller)
    {
        using var document = LenientJson.Parse(response.Body);
        var root = document.RootElement;
        var choices = root.List("choices");
        if (choices?.First() is not { } choice)
            throw caller.Failures.Without(caller.Provider, response, root, isEmpty: choices is not null, "The provider's response has no text");

        // Some name the filter: "content_filter: RECITATION".
        var end = choice.Text("finish_reason")?.Split(':')[0].Trim() ?? "";
        if (Filters.Contains(end))
            throw caller.Failures.Filtered(caller.Provider, "The provider's content filter stopped the response", detail: null);
        var message = choice.Member("message") ?? choice;
        if (message.Text("refusal") is { } refusal)
            throw caller.Failures.Filtered(caller.Provider, "The model refused", refusal);
        if (Limits.Contains(end))
            throw caller.Failures.Truncated(caller.Provider);
        var text = WithoutReasoning(TextIn(message.Member("content")));
        if (text.Length == 0 || choice.Member("error") is not null)
            throw caller.Failures.Without(caller.Provider, response, ErrorHolder(root, choice), isEmpty: true, "The provider's response has no text");
        return new GeneratedText(text, ModelIn(root) ?? model, Usage.Read(root, "prompt_tokens", "completion_tokens"));
    }

    private static JsonElement ErrorHolder(JsonElement root, JsonElement choice) => choice.Member("error") is null ? root : choice;

    // A string, or a list of parts of which some are texts.
    private static string TextIn(JsonElement? content) => content switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => part.Text("text"))),
        _ => "",
    };

    // A block without a beginning was begun in the prompt; after one without an end there is no text.
    private static string WithoutReasoning(string text)
    {
        text = Reasoning.Replace(text, "");
        foreach (var (begin, end) in ReasoningTags)
        {
            if (text.LastIndexOf(end, StringComparison.OrdinalIgnoreCase) is var last and >= 0)
                text = text[(last + end.Length)..];
            if (text.IndexOf(begin, StringComparison.OrdinalIgnoreCase) is var first and >= 0)
                text = text[..first];
        }

        return text.Trim();
    }

    private static string? ModelIn(JsonElement root) => root.Text("model") is { Length: <= MaxModelName } model ? model : null;
}
