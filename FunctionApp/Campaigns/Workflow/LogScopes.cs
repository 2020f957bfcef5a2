using Atelier.Generation;

namespace Atelier.Campaigns.Workflow;

/// <summary>What every log line about a campaign carries, also those that clients and the database write meanwhile.</summary>
internal static class LogScopes
{
    public static IDisposable? BeginCampaignScope(this ILogger logger, Guid campaignId) =>
        logger.BeginScope("Campaign {CampaignId}", campaignId);

    public static IDisposable? BeginAttemptScope(this ILogger logger, GenerationCall call, string provider) =>
        logger.BeginScope(
            "Campaign {CampaignId}, {Part}, attempt {Attempt}, {Provider}", call.CampaignId, call.Part, call.Attempt, provider);
}
