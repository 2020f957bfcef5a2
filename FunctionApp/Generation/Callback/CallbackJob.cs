using System.Text.Json;
using Atelier.Generation.Failures;
using Atelier.Images;

namespace Atelier.Generation.Callback;

/// <summary>Reads <c>{id, status, imageUrl | b64 | error}</c>, as answers and callbacks carry it.</summary>
internal static class CallbackJob
{
    /// <summary>Reads one.</summary>
    /// <exception cref="GenerationException">It has no id or no known status.</exception>
    public static ImageJob Read(JsonElement job, string provider, string model, FailureClassifier failures)
    {
        if (Text(job, "id") is not { } id || Text(job, "status") is not { } status)
            throw failures.InvalidAnswer(provider, "The provider answered with something else than a job");
        return status switch
        {
            "queued" or "running" or "starting" or "processing" => new ImageJob(id, ImageJobStatus.Running),
            "succeeded" => Succeeded(job, id, provider, model, failures),
            "failed" => new ImageJob(id, ImageJobStatus.Failed, Failure: failures.JobFailed(provider, ErrorOf(job))),
            "canceled" => new ImageJob(id, ImageJobStatus.Failed, Failure: failures.JobFailed(provider, "The job was canceled.")),
            _ => throw failures.InvalidAnswer(provider, "The provider answered with a job of an unknown status"),
        };
    }

    /// <summary>The id alone, which is all that an order is answered with.</summary>
    /// <exception cref="GenerationException">There is none.</exception>
    public static string ReadId(JsonElement job, string provider, FailureClassifier failures) =>
        Text(job, "id") ?? throw failures.InvalidAnswer(provider, "The provider took the job without giving it an id");

    private static ImageJob Succeeded(JsonElement job, string id, string provider, string model, FailureClassifier failures)
    {
        if (Text(job, "imageUrl") is { Length: <= 2048 } address)
            return new ImageJob(id, ImageJobStatus.Succeeded, address);
        if (job.TryGetProperty("b64", out var encoded) && encoded.ValueKind == JsonValueKind.String
            && encoded.TryGetBytesFromBase64(out var bytes) && ImageHeader.Read(bytes) is { } header)
        {
            var image = new GeneratedImage(bytes, header.ContentType, header.Width, header.Height, model, Usage: null);
            return new ImageJob(id, ImageJobStatus.Succeeded, Image: image);
        }

        return new ImageJob(id, ImageJobStatus.Failed, Failure: failures.InvalidAnswer(provider, "The job succeeded without an image"));
    }

    // A sentence, or {code, message}.
    private static string? ErrorOf(JsonElement job)
    {
        if (!job.TryGetProperty("error", out var error))
            return null;
        return error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : string.Join(": ", new[] { Text(error, "code"), Text(error, "message") }.OfType<string>());
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;
}
