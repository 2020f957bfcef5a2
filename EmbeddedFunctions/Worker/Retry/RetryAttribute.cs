namespace Microsoft.Azure.Functions.Worker;

/// <summary>Has the host run a function again that failed. Of this host's triggers the timer alone can be retried so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>Makes the attribute.</summary>
#pragma warning disable CA1012, MA0017 // Public as it is officially.
    public RetryAttribute()
#pragma warning restore CA1012, MA0017
    {
    }

    /// <summary>Retries after the first attempt; -1 for as many as it takes.</summary>
    public int MaxRetryCount { get; set; }
}
