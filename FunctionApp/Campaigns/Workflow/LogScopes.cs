using Atelier.Generation;

namespace Atelier.Campaigns.Workflow;

/// <summary>What every log line about a campaign carries, also those that clients and the database write meanwhile.</summary>
internal static class LogScopes
{
    public static IDisposable? BeginCampaignScope(this ILogger logger, Guid campaignId) =>
        logger.BeginScope(new Dictionary<string, object> { ["CampaignId"] = campaignId });

    public static IDisposable? BeginAttemptScope(this ILogger logger, GenerationCall call, string provider) =>
        logger.BeginScope(new Dictionary<string, object>
        {
            ["CampaignId"] = call.CampaignId,
            ["Part"] = call.Part,
            ["Attempt"] = call.Attempt,
            ["Provider"] = provider,
        });
}
