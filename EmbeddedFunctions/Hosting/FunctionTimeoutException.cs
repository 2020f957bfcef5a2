namespace EmbeddedFunctions;

/// <summary>A function ran longer than host.json's <c>functionTimeout</c> allows.</summary>
public sealed class FunctionTimeoutException : TimeoutException
{
    /// <summary>Names the function and the time that it had.</summary>
    public FunctionTimeoutException(string function, TimeSpan timeout)
        : base($"Timeout value of {timeout:c} was exceeded by function: {function}")
    {
    }

    /// <summary>What of the invocation goes on all the same.</summary>
    internal Task Remaining { get; init; } = Task.CompletedTask;
}
