namespace Microsoft.Azure.Functions.Worker;

/// <summary>Retries by the host of a function that asked for them.</summary>
public abstract class RetryContext
{
    /// <summary>Retries so far.</summary>
    public abstract int RetryCount { get; }

    /// <summary>The most there will be.</summary>
    public abstract int MaxRetryCount { get; }
}
