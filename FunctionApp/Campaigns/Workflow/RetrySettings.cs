namespace Atelier.Campaigns.Workflow;

/// <summary>The exponential retry policy of one kind of part. Travels in the orchestration's input: a running campaign keeps its own.</summary>
/// <param name="MaxAttempts">Attempts in all, the first included; 1 means no retry.</param>
/// <param name="FirstInterval">Delay before the second attempt.</param>
/// <param name="Backoff">Each further delay is so many times the one before, 1 or more.</param>
/// <param name="MaxInterval">No delay is longer.</param>
/// <param name="Timeout">No attempt is scheduled once so much time has passed since the first.</param>
public sealed record RetrySettings(int MaxAttempts, TimeSpan FirstInterval, double Backoff, TimeSpan MaxInterval, TimeSpan Timeout);
