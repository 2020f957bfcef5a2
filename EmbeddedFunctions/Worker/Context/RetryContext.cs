namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which attempt of an invocation that the host retries this is.</summary>
public abstract class RetryContext
{
    /// <summary>Retries before this attempt.</summary>
    public abstract int RetryCount { get; }

    /// <summary>The most retries there will be.</summary>
    public abstract int MaxRetryCount { get; }
}
