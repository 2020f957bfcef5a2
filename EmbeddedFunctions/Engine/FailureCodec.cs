using System.Text.Json;
using System.Text.Json.Serialization;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine;

/// <summary>Failure details as the history keeps them.</summary>
internal static class FailureCodec
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Write(TaskFailureDetails failure) => JsonSerializer.Serialize(StoredFailure.From(failure), Options);

    public static TaskFailureDetails Read(string? data) =>
        (data is null ? null : JsonSerializer.Deserialize<StoredFailure>(data, Options))?.ToDetails()
        ?? new TaskFailureDetails("(unknown)", "(unknown)", null, null, null);

    /// <summary>What the parent of a terminated sub-orchestration is told.</summary>
    public static TaskFailureDetails Terminated(InstanceRecord instance) => new(
        typeof(OperationCanceledException).FullName!,
        $"Orchestration '{instance.Name}' ({instance.Id}) was terminated.",
        null,
        null,
        null);

    private sealed record StoredFailure(
        string ErrorType,
        string ErrorMessage,
        string? StackTrace,
        StoredFailure? InnerFailure,
        IDictionary<string, JsonElement>? Properties)
    {
        public static StoredFailure From(TaskFailureDetails failure) => new(
            failure.ErrorType,
            failure.ErrorMessage,
            failure.StackTrace,
            failure.InnerFailure is { } inner ? From(inner) : null,
            failure.Properties?.ToDictionary(p => p.Key, p => JsonSerializer.SerializeToElement(p.Value), StringComparer.Ordinal));

        public TaskFailureDetails ToDetails() => new(
            ErrorType,
            ErrorMessage,
            StackTrace,
            InnerFailure?.ToDetails(),
            Properties?.ToDictionary(p => p.Key, p => Plain(p.Value), StringComparer.Ordinal)!);

        private static object? Plain(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetDouble(),
            _ => value,
        };
    }
}
