namespace Atelier.Generation;

/// <summary>A provider that writes a campaign's text.</summary>
public interface ITextGenerator
{
    /// <summary>The name that requests and configuration use, for example <c>openai</c>.</summary>
    string Provider { get; }

    /// <summary>The configured model; <see langword="null"/> where the provider has one of its own.</summary>
    string? Model => null;

    /// <summary>Writes the text, in one call to the provider: retrying is the workflow's business.</summary>
    /// <param name="request">What to write.</param>
    /// <param name="cancellationToken">Ends the call to the provider.</param>
    /// <exception cref="GenerationException">The provider failed, refused, could not be reached, or sent an unusable response.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken);
}

/// <summary>What to write.</summary>
/// <param name="Call">What the call is for.</param>
/// <param name="Prompt">The user's own words.</param>
/// <param name="MaxWords">How many words the text may have; asked of the model, not enforced. Default: no limit.</param>
/// <param name="Tone">How the text should sound, for example <c>playful</c>. Default: the model's choice.</param>
/// <param name="Language">The language to write in, a name or a BCP 47 tag. Default: that of the prompt.</param>
public sealed record TextRequest(GenerationCall Call, string Prompt, int? MaxWords, string? Tone, string? Language)
{
    /// <summary>Whether an earlier attempt was cut at its length limit (<see cref="GenerationErrorCodes.Truncated"/>): this one asks for a higher one.</summary>
    public bool HasMoreRoom { get; init; }
}

/// <summary>A text that a provider wrote.</summary>
/// <param name="Content">The text, never blank.</param>
/// <param name="Model">The model that wrote it, as the provider names it.</param>
/// <param name="Usage">What it cost, where the provider says so.</param>
public sealed record GeneratedText(string Content, string Model, TokenUsage? Usage);
