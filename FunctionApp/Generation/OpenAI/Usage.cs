using System.Text.Json;
using Atelier.Generation.Json;

namespace Atelier.Generation.OpenAI;

/// <summary>Reads what a call cost.</summary>
internal static class Usage
{
    /// <summary>Reads <c>usage</c>; null where a response does not say it.</summary>
    /// <param name="root">The response.</param>
    /// <param name="input">The field of the request's tokens.</param>
    /// <param name="output">The field of the response's tokens.</param>
    public static TokenUsage? Read(JsonElement root, string input, string output)
    {
        if (root.Member("usage") is not { } usage || (Count(usage, input), Count(usage, output)) is not ({ } inputTokens, { } outputTokens))
            return null;
        return new TokenUsage(inputTokens, outputTokens, Count(usage, "total_tokens") ?? inputTokens + outputTokens);
    }

    private static long? Count(JsonElement usage, string name) =>
        usage.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var count) && count is >= 0 and < 1e15
            ? (long)count
            : null;
}
