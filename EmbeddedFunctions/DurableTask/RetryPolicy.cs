using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>
/// Fixed rules for retrying a failed task: the delay before retry n (from 1) is
/// <see cref="FirstRetryInterval"/> × <see cref="BackoffCoefficient"/>^(n-1), at most <see cref="MaxRetryInterval"/>.
/// </summary>
public class RetryPolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="maxNumberOfAttempts">Attempts in all, the first included; from 1, which means no retry.</param>
    /// <param name="firstRetryInterval">Delay before the first retry, above zero.</param>
    /// <param name="backoffCoefficient">Factor from one delay to the next, from 1.</param>
    /// <param name="maxRetryInterval">Upper limit of a delay, at least the first one; 1 hour when left out.</param>
    /// <param name="retryTimeout">Time since the first attempt after which there is no retry; unlimited when left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range; the exception carries its name.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "A delay never shrinks: the coefficient is at least 1.");
        }

        if (maxRetryInterval is { } longest && longest != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(longest, firstRetryInterval, nameof(maxRetryInterval));
        if (retryTimeout is { } end && end != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(end, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = static _ => true;
    }

    /// <summary>Attempts in all, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>Delay before the first retry.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Factor from one delay to the next.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Upper limit of a delay; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>Time since the first attempt after which there is no retry; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Whether an exception is retried: <see cref="HandleFailure"/> seen from the exception, always true without one.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; }

    /// <summary>Never asked.</summary>
    [Obsolete("It is never asked. Use HandleFailure, or a retry handler.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>
    /// Asked after every failure that an attempt may follow whether it is worth one; <see langword="false"/> ends retrying at once. A result
    /// that cannot be read has no such details: with this set it is not retried.
    /// </summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            Handle = exception => value(exception is TaskFailedException failed
                ? failed.FailureDetails
                : throw new InvalidOperationException($"{nameof(HandleFailure)} is asked about failed tasks alone.", exception));
        }
    }

    /// <summary>The delay before a retry, by the coefficient and its upper limit.</summary>
    /// <param name="retry">The retry's number, from 1.</param>
    internal TimeSpan DelayBefore(int retry)
    {
        var ticks = FirstRetryInterval.Ticks * Math.Pow(BackoffCoefficient, retry - 1);
        var limit = MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : MaxRetryInterval;
        // The product of a large coefficient leaves the range of a TimeSpan, and even of a double, long before the attempts end.
        return ticks < limit.Ticks ? TimeSpan.FromTicks((long)ticks) : limit;
    }
}
