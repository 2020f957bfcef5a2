namespace Atelier.Generation;

/// <summary>What a call cost, in the provider's tokens.</summary>
/// <param name="InputTokens">Tokens of the request.</param>
/// <param name="OutputTokens">Tokens of the response.</param>
/// <param name="TotalTokens">What the provider counts in total.</param>
public sealed record TokenUsage(long InputTokens, long OutputTokens, long TotalTokens);
