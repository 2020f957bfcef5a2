namespace Atelier.Generation;

/// <summary>Which attempt of which part of which campaign a provider is called for.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Part"><c>text</c>, or <c>image/</c> and the image's index from 0.</param>
/// <param name="Attempt">The attempt, from 1. A call repeated after a crash carries the same number.</param>
public sealed record GenerationCall(Guid CampaignId, string Part, int Attempt)
{
    /// <summary>Campaign and part, the same for all attempts: sent to providers as the end user of the call.</summary>
    public string User => $"{CampaignId:D}/{Part}";

    /// <summary>Campaign, part and attempt: a provider that supports idempotency keys repeats its first response to a repeated call.</summary>
    public string IdempotencyKey => $"{CampaignId:D}/{Part}/{Attempt}";
}
