using Microsoft.DurableTask;

namespace DurableTask.Core;

/// <summary>A failure as an event of the history carries it.</summary>
public class FailureDetails
{
    /// <summary>Makes details of a failure.</summary>
    /// <param name="errorType">The exception's full type name.</param>
    /// <param name="errorMessage">The exception's message.</param>
    /// <param name="stackTrace">Where it was thrown, if known.</param>
    /// <param name="innerFailure">The failure behind it, if any.</param>
    /// <param name="isNonRetriable">Whether another attempt is pointless.</param>
    /// <param name="properties">Further values of the exception, if any were taken along.</param>
    public FailureDetails(
        string errorType,
        string errorMessage,
        string? stackTrace,
        FailureDetails? innerFailure,
        bool isNonRetriable,
        IDictionary<string, object?>? properties = null)
    {
        ErrorType = errorType;
        ErrorMessage = errorMessage;
        StackTrace = stackTrace;
        InnerFailure = innerFailure;
        IsNonRetriable = isNonRetriable;
        Properties = properties;
    }

    /// <summary>The exception's full type name.</summary>
    public string ErrorType { get; }

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; }

    /// <summary>Where it was thrown, if known.</summary>
    public string? StackTrace { get; }

    /// <summary>The failure behind it, if any.</summary>
    public FailureDetails? InnerFailure { get; }

    /// <summary>Whether another attempt is pointless.</summary>
    public bool IsNonRetriable { get; }

    /// <summary>Further values of the exception, if any were taken along.</summary>
    public IDictionary<string, object?>? Properties { get; }

    /// <summary>The type's name and the message.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    /// <summary>The same failure in the history's terms; <see langword="null"/> stays <see langword="null"/>.</summary>
    internal static FailureDetails? From(TaskFailureDetails? details) => details is null
        ? null
        : new FailureDetails(
            details.ErrorType, details.ErrorMessage, details.StackTrace, From(details.InnerFailure), isNonRetriable: false, details.Properties);
}
