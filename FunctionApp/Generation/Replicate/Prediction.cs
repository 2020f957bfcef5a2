using System.Text.Json;
using Atelier.Generation.Failures;

namespace Atelier.Generation.Replicate;

/// <summary>Reads a prediction, as answers and webhooks carry it (https://replicate.com/docs/reference/http, "predictions.get").</summary>
internal static class Prediction
{
    /// <summary>Reads one.</summary>
    /// <exception cref="GenerationException">It has no id or no known status.</exception>
    public static ImageJob Read(JsonElement prediction, string provider, FailureClassifier failures)
    {
        if (Text(prediction, "id") is not { } id || Text(prediction, "status") is not { } status)
            throw failures.InvalidAnswer(provider, "The provider answered with something else than a prediction");
        return status switch
        {
            "starting" or "processing" => new ImageJob(id, ImageJobStatus.Running),
            "succeeded" when OutputOf(prediction) is { } output => new ImageJob(id, ImageJobStatus.Succeeded, output),
            "succeeded" => Failed(id, failures.InvalidAnswer(provider, "The prediction succeeded without an image")),
            "failed" => Failed(id, failures.JobFailed(provider, Text(prediction, "error"))),
            "canceled" or "aborted" => Failed(id, failures.JobFailed(provider, $"The prediction was {status}.")),
            _ => throw failures.InvalidAnswer(provider, "The provider answered with a prediction of an unknown status"),
        };
    }

    private static ImageJob Failed(string id, GenerationException failure) => new(id, ImageJobStatus.Failed, Failure: failure);

    // One address, or a list of them.
    private static string? OutputOf(JsonElement prediction)
    {
        if (!prediction.TryGetProperty("output", out var output))
            return null;
        if (output.ValueKind == JsonValueKind.Array && output.GetArrayLength() > 0)
            output = output[0];
        return output.ValueKind == JsonValueKind.String && output.GetString() is { Length: > 0 and <= 2048 } address ? address : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;
}
