using System.Globalization;
using Atelier.Generation;
using Atelier.Outages;
using Atelier.Persistence;
using Microsoft.DurableTask;

namespace Atelier.Durable;

/// <summary>Why an activity failed, in a form that crosses the boundary to its orchestrator: as the failure's properties.</summary>
/// <param name="Code">Stable code, lower case with underscores.</param>
/// <param name="Message">One human sentence, in one line, without secrets.</param>
/// <param name="CanRetry">Whether another attempt can help and is due.</param>
/// <param name="Wait">How the next attempt departs from the retry policy; <see langword="null"/> where it follows it.</param>
public sealed record ActivityFailure(string Code, string Message, bool CanRetry, RetryWait? Wait = null)
{
    private const string CodeProperty = "code";
    private const string RetryableProperty = "retryable";
    private const string RetryAfterProperty = "retryAfter";
    private const string AttemptsProperty = "attempts";
    private const string OutageProperty = "outage";

    private const int MaxMessageLength = 1000;
    private const string Unknown = "internal_error";

    /// <summary>The failure of a provider's client.</summary>
    public static ActivityFailure From(GenerationException exception) =>
        new(exception.Code, OneLine(exception.Message), exception.IsTransient);

    /// <summary>Whether a service that the application depends on is away. That is waited for, and counts as no attempt.</summary>
    public bool IsOutage { get; init; }

    /// <summary>A service that is away.</summary>
    public static ActivityFailure From(OutageException exception) => new("outage", exception.Message, CanRetry: true) { IsOutage = true };

    /// <summary>An unexpected exception: worth a retry, and without details for the caller.</summary>
    public static ActivityFailure Unforeseen() => new(Unknown, "Something went wrong on our side.", CanRetry: true);

    /// <summary>What an activity threw, read from the properties of its failure, or of the failure within it that has them.</summary>
    public static ActivityFailure From(TaskFailureDetails details)
    {
        // A failure that has come through a sub-orchestration is wrapped.
        for (var cause = details; cause is not null; cause = cause.InnerFailure)
        {
            if (cause.Properties is { } properties && properties.TryGetValue(CodeProperty, out var value) && value is string code)
            {
                var canRetry = properties.TryGetValue(RetryableProperty, out var retryable) && retryable is true;
                return new ActivityFailure(code, cause.ErrorMessage, canRetry, WaitOf(properties))
                {
                    IsOutage = properties.TryGetValue(OutageProperty, out var outage) && outage is true,
                };
            }
        }
        return Unforeseen();
    }

    /// <summary>
    /// The properties: <c>code</c>, <c>retryable</c>, where there is a wait <c>retryAfter</c> in seconds and <c>attempts</c>, and in an outage <c>outage</c>.
    /// </summary>
    /// <remarks>Strings, booleans and doubles only: on the way to the orchestrator every number becomes a double, and dates are rewritten.</remarks>
    internal Dictionary<string, object?> ToProperties()
    {
        var properties = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [CodeProperty] = Code,
            [RetryableProperty] = CanRetry,
        };
        if (Wait is { } wait)
        {
            properties[RetryAfterProperty] = wait.Delay.TotalSeconds;
            properties[AttemptsProperty] = (double)wait.Attempts;
        }
        if (IsOutage)
            properties[OutageProperty] = true;
        return properties;
    }

    private static RetryWait? WaitOf(IDictionary<string, object?> properties) =>
        NumberOf(properties, RetryAfterProperty) is { } seconds && NumberOf(properties, AttemptsProperty) is { } attempts
            ? new RetryWait(TimeSpan.FromSeconds(seconds), (int)attempts)
            : null;

    private static double? NumberOf(IDictionary<string, object?> properties, string name) =>
        properties.TryGetValue(name, out var value) && value is IConvertible and not string
            ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
            : null;

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return StorableText.From(line.Length <= MaxMessageLength ? line : $"{line[..MaxMessageLength]}…");
    }
}

/// <summary>A wait that was asked for, by a provider or a receiver, and that the retry policy does not know of.</summary>
/// <param name="Delay">From the failure to the next attempt.</param>
/// <param name="Attempts">The attempts of this run that are used up, from 0.</param>
public sealed record RetryWait(TimeSpan Delay, int Attempts);
