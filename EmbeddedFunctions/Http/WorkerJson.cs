using System.Text.Json;

namespace EmbeddedFunctions.Http;

/// <summary>How the worker itself writes and reads JSON: names as declared, read in any case.</summary>
internal static class WorkerJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNameCaseInsensitive = true };
}
