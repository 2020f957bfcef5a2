namespace Atelier.Generation;

/// <summary>Why this process holds calls to a provider back, and until when.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Kind">Which of its calls: <c>text</c>, <c>image</c>, <c>poll</c> or <c>download</c>.</param>
/// <param name="Until">When calls may be made again.</param>
/// <param name="Reason">
/// The code of the failure with which the provider asked to wait, one of <see cref="GenerationErrorCodes"/>; <see cref="Busy"/> where this process has
/// the maximum number of calls under way.
/// </param>
public sealed record ProviderHold(string Provider, string Kind, DateTimeOffset Until, string Reason)
{
    /// <summary>The reason where the provider did not ask to wait.</summary>
    public const string Busy = "busy";
}
