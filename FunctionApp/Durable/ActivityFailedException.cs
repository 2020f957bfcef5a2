using Atelier.Outages;
using Microsoft.DurableTask.Worker;

namespace Atelier.Durable;

/// <summary>Ends an activity whose attempt has failed, after the failure was recorded: the one exception that activities throw on purpose.</summary>
/// <param name="failure">Why.</param>
/// <param name="innerException">What was thrown, for the log of the activity itself.</param>
public sealed class ActivityFailedException(ActivityFailure failure, Exception? innerException = null)
    : Exception(failure.Message, innerException)
{
    /// <summary>Why.</summary>
    public ActivityFailure Failure { get; } = failure;
}

/// <summary>Gives the framework the properties of an activity's failure, which it carries to the orchestrator.</summary>
internal sealed class ActivityFailureProperties : IExceptionPropertiesProvider
{
    /// <inheritdoc/>
    public IDictionary<string, object?>? GetExceptionProperties(Exception exception) =>
        exception switch
        {
            ActivityFailedException failed => failed.Failure.ToProperties(),
            OutageException outage => ActivityFailure.From(outage).ToProperties(),
            _ => null,
        };
}
