using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow;

/// <summary>The framework's retry policy of a part's activities.</summary>
internal static class PartRetry
{
    /// <summary>The exponential policy of the settings, for failures that another attempt can help and for which the provider asked for no longer wait.</summary>
    public static RetryPolicy PolicyOf(RetrySettings settings) =>
        new(settings.MaxAttempts, settings.FirstInterval, settings.Backoff, settings.MaxInterval, settings.Timeout)
        {
            HandleFailure = details => PartFailure.From(details) is { CanRetry: true, Wait: null },
        };
}
