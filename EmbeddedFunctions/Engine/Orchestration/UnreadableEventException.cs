using System.Text.Json;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>An external event does not fit the type that the orchestrator waits for: it fails the instance, whatever the code would catch.</summary>
internal sealed class UnreadableEventException(string orchestrator, Exception cause) : Exception(cause.Message, cause)
{
    private static readonly JsonSerializerOptions WebNames = new(JsonSerializerDefaults.Web);

    /// <summary>What the official host shows as such an instance's output.</summary>
    public string Output { get; } = JsonSerializer.Serialize(
        new Report($"Function '{orchestrator}' failed with an unhandled exception.", cause.ToString()),
        WebNames);

    private sealed record Report(string Message, string Details);
}
