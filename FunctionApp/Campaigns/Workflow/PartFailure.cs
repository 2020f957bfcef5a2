using System.Text.RegularExpressions;
using Atelier.Generation;
using Atelier.Persistence;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow;

/// <summary>Why an attempt at a part failed, in a form that crosses the boundary between activity and orchestrator.</summary>
/// <remarks>
/// Of an activity's exception the hosts reliably carry the message alone, and some cut it at the first colon. So the message itself
/// says it all, to people and to <see cref="From(TaskFailureDetails)"/>: <c>rate_limited (retry): Slow down.</c>, or
/// <c>rate_limited (wait 30000 ms after attempt 2): Slow down.</c>
/// </remarks>
/// <param name="Code">Stable code, lower case with underscores.</param>
/// <param name="Message">One human sentence, in one line.</param>
/// <param name="CanRetry">Whether another attempt can help and is due.</param>
/// <param name="Wait">How the next attempt departs from the retry policy; <see langword="null"/> where it follows it.</param>
public sealed partial record PartFailure(string Code, string Message, bool CanRetry, RetryWait? Wait = null)
{
    private const int MaxMessageLength = 1000;
    private const string Unknown = "internal_error";

    /// <summary>What a provider's client reports.</summary>
    public static PartFailure From(GenerationException exception) =>
        new(exception.Code, OneLine(exception.Message), exception.IsTransient);

    /// <summary>What nobody foresaw: worth another attempt, and not worth telling the caller in detail.</summary>
    public static PartFailure Unforeseen() => new(Unknown, "Something went wrong on our side.", CanRetry: true);

    /// <summary>What an activity threw, read back from its failure details.</summary>
    public static PartFailure From(TaskFailureDetails details)
    {
        // Where the host has cut the message at its first colon, the first half is in the error type.
        Match match = Format().Match(details.ErrorMessage);
        if (!match.Success)
            match = Format().Match($"{details.ErrorType}: {details.ErrorMessage}");
        if (!match.Success)
            return Unforeseen();
        RetryWait? wait = match.Groups["delay"].Success
            ? new RetryWait(
                TimeSpan.FromMilliseconds(long.Parse(match.Groups["delay"].Value)), int.Parse(match.Groups["attempts"].Value))
            : null;
        return new PartFailure(match.Groups["code"].Value, match.Groups["message"].Value, match.Groups["next"].Value != "final", wait);
    }

    /// <summary>The form that <see cref="From(TaskFailureDetails)"/> reads.</summary>
    public override string ToString() => $"{Code} ({Next()}): {Message}";

    private string Next() =>
        !CanRetry ? "final"
        : Wait is { } wait ? $"wait {(long)Math.Ceiling(wait.Delay.TotalMilliseconds)} ms after attempt {wait.Attempts}"
        : "retry";

    private static string OneLine(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return StorableText.From(line.Length <= MaxMessageLength ? line : $"{line[..MaxMessageLength]}…");
    }

    [GeneratedRegex(
        @"^(?<code>[a-z0-9_]+) \((?<next>retry|final|wait (?<delay>[0-9]{1,12}) ms after attempt (?<attempts>[0-9]{1,6}))\): (?<message>.*)$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Format();
}

/// <summary>A wait that the provider asked for and the retry policy does not know of.</summary>
/// <param name="Delay">From the failure to the next attempt.</param>
/// <param name="Attempts">The attempts of this run that are used up, from 0.</param>
public sealed record RetryWait(TimeSpan Delay, int Attempts);

/// <summary>Ends an activity whose attempt has failed and is on record.</summary>
/// <param name="failure">Why; its text is the message.</param>
/// <param name="innerException">What was thrown; <see langword="null"/> where the failure is an earlier one, told again.</param>
public sealed class PartFailedException(PartFailure failure, Exception? innerException = null)
    : Exception(failure.ToString(), innerException)
{
    /// <summary>Why.</summary>
    public PartFailure Failure { get; } = failure;
}
