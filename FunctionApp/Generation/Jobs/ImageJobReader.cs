using System.Text.Json;
using Atelier.Generation.Calls;
using Atelier.Generation.Failures;
using Atelier.Generation.Http;
using Atelier.Generation.Json;

namespace Atelier.Generation.Jobs;

/// <summary>Reads jobs as asynchronous providers report them: in the response to an order or a poll, and in a callback.</summary>
/// <param name="provider">The provider's name.</param>
/// <param name="model">The model that makes the images.</param>
/// <param name="imageFields">The fields that a job's image may be in.</param>
/// <param name="images">Takes images that come with a job.</param>
/// <param name="failures">Maps failures to their codes.</param>
internal sealed class ImageJobReader(
    string provider, string model, IReadOnlyList<string> imageFields, ProviderImages images, FailureClassifier failures)
{
    private const int MaxId = 200;

    // Addresses travel in histories; signed ones are long.
    private const int MaxAddress = 8 * 1024;

    // Where images are found first within an object.
    private static readonly string[] FirstFields = ["url", "image", "images"];

    /// <summary>The id of an accepted job. Nothing else in the response to an order matters, and nothing else can make it fail.</summary>
    /// <exception cref="GenerationException">There is none.</exception>
    public string ReadId(ProviderResponse response)
    {
        using var document = LenientJson.Parse(response.Body);
        return IdIn(document.RootElement)
            ?? throw failures.Without(provider, response, document.RootElement, isEmpty: false, "The provider accepted the job without giving it an id");
    }

    /// <summary>The status of a polled job.</summary>
    /// <exception cref="GenerationException">The response does not say.</exception>
    public ImageJob Read(string jobId, ProviderResponse response)
    {
        using var document = LenientJson.Parse(response.Body);
        return Read(document.RootElement, jobId)
            ?? throw failures.Without(provider, response, document.RootElement, isEmpty: false, "The provider's response has no status of the job");
    }

    /// <summary>The status of a job in a callback whose signature has been verified.</summary>
    /// <exception cref="GenerationException">It does not say.</exception>
    public ImageJob ReadCallback(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = LenientJson.Parse(body.ToArray());
            return IdIn(document.RootElement) is { } id && Read(document.RootElement, id) is { } job
                ? job
                : throw failures.Unusable(provider, "The callback has no status of a job");
        }
        catch (JsonException e)
        {
            throw failures.FromException(provider, e);
        }
    }

    private ImageJob? Read(JsonElement job, string id) => job.Text("status")?.ToLowerInvariant() switch
    {
        null => null,
        "succeeded" => Succeeded(job, id),
        "failed" => Failed(id, failures.JobFailed(provider, job.Member("error") is { } error ? ErrorBody.Of(error) : ErrorBody.Nothing)),
        "canceled" or "cancelled" or "aborted" => Failed(id, failures.JobFailed(provider, new ErrorBody([], "It was canceled."))),
        // Queued, starting, processing, running or any other name: it has not ended.
        _ => new ImageJob(id, ImageJobStatus.Running),
    };

    private ImageJob Succeeded(JsonElement job, string id)
    {
        var content = imageFields.Select(field => job.Member(field)).FirstOrDefault(value => value is not null);
        if (content is null or { ValueKind: JsonValueKind.Array } && content?.First() is null)
            return Failed(id, failures.Empty(provider, "The job succeeded without an image"));
        if (ImageIn(content.Value) is not { } image)
            return Failed(id, failures.Unusable(provider, "The job succeeded with something other than an image"));
        if (ProviderImages.AddressIn(image) is { } address)
        {
            return address.Length <= MaxAddress
                ? new ImageJob(id, ImageJobStatus.Succeeded, address)
                : Failed(id, failures.Unusable(provider, "The address of the job's image is too long"));
        }

        try
        {
            return new ImageJob(id, ImageJobStatus.Succeeded, Image: images.Decode(image, model, usage: null));
        }
        catch (GenerationException e)
        {
            return Failed(id, e);
        }
    }

    // One image, the first of a list, or an object around either.
    private static JsonElement? ImageIn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value,
        JsonValueKind.Array => value.First() is { } first ? ImageIn(first) : null,
        JsonValueKind.Object => FirstFields.Select(field => value.Member(field)).FirstOrDefault(member => member is not null) is { } known
            ? ImageIn(known)
            : value.EnumerateObject().Select(member => ImageIn(member.Value)).FirstOrDefault(found => found is { } image && ProviderImages.IsImage(image)),
        _ => null,
    };

    private static ImageJob Failed(string id, GenerationException failure) => new(id, ImageJobStatus.Failed, Failure: failure);

    private static string? IdIn(JsonElement job) =>
        job.TextOrNumber("id") is { Length: <= MaxId } id && !id.Any(c => char.IsControl(c) || c == '\uFFFD') ? id : null;
}
