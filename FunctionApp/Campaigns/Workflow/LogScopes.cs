using Atelier.Generation;

namespace Atelier.Campaigns.Workflow;

/// <summary>Log scopes that put campaign and attempt on every line, including those of client libraries and the database.</summary>
internal static class LogScopes
{
    public static IDisposable? BeginCampaignScope(this ILogger logger, Guid campaignId) =>
        logger.BeginScope("Campaign {CampaignId}", campaignId);

    public static IDisposable? BeginAttemptScope(this ILogger logger, GenerationCall call, string provider) =>
        logger.BeginScope(
            "Campaign {CampaignId}, {Part}, attempt {Attempt}, {Provider}", call.CampaignId, call.Part, call.Attempt, provider);
}
