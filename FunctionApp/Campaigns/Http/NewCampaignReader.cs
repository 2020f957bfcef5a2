using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Persistence;

namespace Atelier.Campaigns.Http;

/// <summary>Reads and checks the body of <c>POST /api/campaigns</c>.</summary>
public sealed partial class NewCampaignReader(GeneratorCatalog generators)
{
    private const int MaxPromptLength = 4000;
    private const int MaxImages = 10;
    private const int MaxNegativePromptLength = 1000;
    private const int MaxWords = 2000;
    private const int MaxToneLength = 100;
    private const int MaxMetadataEntries = 16;
    private const int MaxMetadataKeyLength = 64;
    private const int MaxMetadataValueLength = 512;
    private const int MinPixels = 64;
    private const int MaxPixels = 4096;

    private static readonly ImagesRequest DefaultImages = new(Count: 1, Size: "1024x1024", Quality: "medium", Format: "png");
    private static readonly string[] Qualities = ["low", "medium", "high"];
    private static readonly string[] Formats = ["png", "jpeg", "webp"];

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="Problems.ApiException">400 or 413, with every field that is wrong.</exception>
    public async Task<NewCampaign> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        return Read(body.RootElement);
    }

    private NewCampaign Read(JsonElement body)
    {
        var errors = new FieldErrors();
        var fields = new JsonFields(body, "", errors, "prompt", "images", "text", "providers", "metadata", "name", "tags");
        if (body.ValueKind == JsonValueKind.Object && !fields.Has("prompt"))
            errors.Add("prompt", "is required.");

        var prompt = fields.Text("prompt", MaxPromptLength);
        var images = ReadImages(fields);
        var text = ReadText(fields);
        (var textProvider, var imageProvider) = ReadProviders(fields);
        var metadata = ReadMetadata(fields, errors);
        var name = NameAndTags.ReadName(fields);
        var tags = NameAndTags.ReadTags(fields, errors);
        if (text is null && images.Count == 0)
            errors.Add("images.count", "must be at least 1 in a campaign without a text.");

        CheckCapabilities(images, imageProvider, errors);

        errors.ThrowIfAny();
        return new NewCampaign(prompt!, images, text, textProvider, imageProvider, metadata) { Name = name, Tags = tags is { Length: 0 } ? null : tags };
    }

    private static ImagesRequest ReadImages(JsonFields fields)
    {
        if (fields.Object("images", "count", "size", "quality", "format", "seed", "negativePrompt") is not { } images)
            return DefaultImages;
        return new ImagesRequest(
            images.Number("count", 0, MaxImages) ?? DefaultImages.Count,
            images.Text("size", IsSize, $"must be WIDTHxHEIGHT in pixels, each {MinPixels} to {MaxPixels}.") ?? DefaultImages.Size,
            images.Text("quality", Qualities.Contains, $"must be one of {string.Join(", ", Qualities)}.") ?? DefaultImages.Quality,
            images.Text("format", Formats.Contains, $"must be one of {string.Join(", ", Formats)}.") ?? DefaultImages.Format)
        {
            Seed = images.LongNumber("seed", 0, ImagesRequest.MaxSeed),
            NegativePrompt = images.Text("negativePrompt", MaxNegativePromptLength),
        };
    }

    // Of the provider that makes them, so that nothing is spent on what it cannot do.
    private void CheckCapabilities(ImagesRequest images, string? provider, FieldErrors errors)
    {
        if (images.Count == 0 || (provider is not null && !generators.HasImage(provider)))
            return;
        (_, var capabilities) = generators.ImageModel(provider);
        var name = generators.ImageName(provider);
        if (!capabilities.Formats.Contains(images.Format, StringComparer.Ordinal))
            errors.Add("images.format", $"must be one of {string.Join(", ", capabilities.Formats)} with provider {name}.");
        if (images.Seed is not null && !capabilities.Seed)
            errors.Add("images.seed", $"is not supported by provider {name}.");
        if (images.NegativePrompt is not null && !capabilities.NegativePrompt)
            errors.Add("images.negativePrompt", $"is not supported by provider {name}.");
    }

    private static TextOptions? ReadText(JsonFields fields)
    {
        if (fields.IsNull("text"))
            return null;
        if (fields.Object("text", "maxWords", "tone", "language") is not { } text)
            return new TextOptions(null, null, null);
        return new TextOptions(
            text.Number("maxWords", 1, MaxWords),
            text.Text("tone", MaxToneLength),
            text.Text("language", LanguageTag().IsMatch, "must be a language tag such as en or pt-BR."));
    }

    private (string? Text, string? Image) ReadProviders(JsonFields fields)
    {
        if (fields.Object("providers", "text", "image") is not { } providers)
            return (null, null);
        return (
            providers.Text("text", generators.HasText, $"must be one of {string.Join(", ", generators.TextProviders)}."),
            providers.Text("image", generators.HasImage, $"must be one of {string.Join(", ", generators.ImageProviders)}."));
    }

    private static Dictionary<string, string> ReadMetadata(JsonFields fields, FieldErrors errors)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (fields.Object("metadata") is not { } metadata)
            return result;
        string[] names = [.. metadata.Names];
        if (names.Length > MaxMetadataEntries)
        {
            errors.Add("metadata", $"must have at most {MaxMetadataEntries} entries.");
            return result;
        }
        foreach (var name in names)
        {
            if (name.Length is 0 or > MaxMetadataKeyLength || name.Contains('\0', StringComparison.Ordinal))
                errors.Add("metadata", $"must have keys of 1 to {MaxMetadataKeyLength} characters, none of them U+0000.");
            else if (metadata.AnyText(name, MaxMetadataValueLength) is { } value)
                result[name] = value;
        }
        return result;
    }

    private static bool IsSize(string size) =>
        SizeFormat().Match(size) is { Success: true } match && IsLength(match.Groups["width"].Value) && IsLength(match.Groups["height"].Value);

    private static bool IsLength(string pixels) => int.Parse(pixels) is >= MinPixels and <= MaxPixels;

    [GeneratedRegex(@"^(?<width>[1-9][0-9]{1,3})x(?<height>[1-9][0-9]{1,3})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SizeFormat();

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LanguageTag();
}
