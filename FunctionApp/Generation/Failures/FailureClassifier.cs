using System.ClientModel;
using System.Collections.Frozen;
using System.Text.Json;
using Atelier.Generation.Http;
using Azure;
using Azure.Identity;

namespace Atelier.Generation.Failures;

/// <summary>Maps the outcome of a failed call to its failure, by <see cref="FailureTable"/>.</summary>
/// <param name="time">The clock that dates in headers are measured by.</param>
/// <param name="redactor">Takes keys out of messages.</param>
internal sealed class FailureClassifier(TimeProvider time, SecretRedactor redactor)
{
    /// <summary>The failure for an exception of a client library, or of the network below it.</summary>
    /// <remarks>
    /// The exception itself is not kept: its message may hold what the provider echoed, and failures travel into histories and logs.
    /// </remarks>
    public GenerationException FromException(string provider, Exception exception) => exception switch
    {
        GenerationException known => known,
        AggregateException { InnerException: { } inner } => FromException(provider, inner),
        ClientResultException { InnerException: { } inner } => FromException(provider, inner),
        ResponseTooLongException tooLong => Unusable(provider, $"The provider's response is longer than {tooLong.Limit:N0} bytes"),
        AuthenticationFailedException failed => FromIdentity(provider, failed),
        OperationCanceledException or TimeoutException =>
            New(GenerationErrorCodes.Timeout, "The provider did not respond in time", provider),
        ClientResultException or HttpRequestException or IOException =>
            New(GenerationErrorCodes.ConnectionFailed, "The connection to the provider failed", provider, exception.Message),
        JsonException or FormatException =>
            New(GenerationErrorCodes.InvalidResponse, "The provider's response could not be read", provider),
        _ => Unusable(provider, $"The provider's response could not be used ({exception.GetType().Name})"),
    };

    /// <summary>The failure for an error response.</summary>
    public GenerationException FromResponse(string provider, ProviderResponse response) =>
        FromError(provider, response, ErrorBody.Parse(response.Body));

    /// <summary>The failure of a successful response without the requested content: its error, or else an unusable or empty response.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="response">The response.</param>
    /// <param name="content">Its content, or the part of it that should have held what was asked for.</param>
    /// <param name="isEmpty">Whether its shape is understood, but it has no content.</param>
    /// <param name="message">What is missing.</param>
    public GenerationException Without(string provider, ProviderResponse response, JsonElement content, bool isEmpty, string message)
    {
        if (ErrorBody.In(content) is { } error)
            return FromError(provider, response, error);
        return isEmpty ? New(GenerationErrorCodes.InvalidResponse, message, provider) : Unusable(provider, message);
    }

    /// <summary>The failure of a response that was paid for and cannot be used.</summary>
    public GenerationException Unusable(string provider, string message) => New(GenerationErrorCodes.UnusableResponse, message, provider);

    /// <summary>The failure of a response that is empty, or whose image is gone: the next one may be complete.</summary>
    public GenerationException Empty(string provider, string message) => New(GenerationErrorCodes.InvalidResponse, message, provider);

    /// <summary>The failure of a text that ends in the middle.</summary>
    public GenerationException Truncated(string provider) =>
        New(GenerationErrorCodes.Truncated, "The text was cut at the model's length limit", provider);

    /// <summary>The failure of a successful response which says that a filter, or the model itself, withheld the content.</summary>
    public GenerationException Filtered(string provider, string message, string? detail) =>
        New(GenerationErrorCodes.ContentFilter, message, provider, detail);

    /// <summary>The failure of a job that a provider accepted and could not finish.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="error">The job's error: a sentence, or an error with a code.</param>
    public GenerationException JobFailed(string provider, ErrorBody error)
    {
        var code = CodeOf(status: 200, error);
        var text = code == GenerationErrorCodes.ServerError ? "The provider's job failed" : FailureTable.TextOf(code);
        return New(code, text, provider, error.Message ?? (error.Codes is [var only, ..] ? only : null));
    }

    /// <summary>The failure of a job that a provider accepted and no longer knows. Another job may well succeed.</summary>
    public GenerationException JobLost(string provider) =>
        New(GenerationErrorCodes.ServerError, "The provider does not know its job any more", provider);

    private GenerationException FromError(string provider, ProviderResponse response, ErrorBody error)
    {
        var code = CodeOf(response.Status, error);

        // The response to a bad key quotes a part of it.
        var detail = code == GenerationErrorCodes.Unauthorized ? null : error.Message;
        var wait = FailureTable.RuleOf(code) == RetryRule.Never ? null : RetryAfter.Read(response.Header, error, time.GetUtcNow());
        return New(code, $"{FailureTable.TextOf(code)} (HTTP {response.Status})", provider, detail, response.Status, wait);
    }

    private static string CodeOf(int status, ErrorBody error)
    {
        if (Find(FailureTable.Codes, error) is { } code)
            return code;
        if (error.IsDailyQuota)
            return GenerationErrorCodes.QuotaExceeded;
        foreach (var (sentence, meaning) in FailureTable.Sentences)
        {
            if (error.Message?.Contains(sentence.TrimEnd('.'), StringComparison.OrdinalIgnoreCase) == true)
                return meaning;
        }

        if (status >= 300)
            return FailureTable.ByStatus(status);
        return error.Status is { } inside ? FailureTable.ByStatus(inside) : Find(FailureTable.CodesInSuccess, error) ?? GenerationErrorCodes.ServerError;
    }

    private static string? Find(FrozenDictionary<string, string> table, ErrorBody error)
    {
        foreach (var theirs in error.Codes)
        {
            if (table.TryGetValue(theirs, out var ours))
                return ours;
        }

        return null;
    }

    // No token was obtained. A network failure is transient; a missing or refused credential is not.
    private GenerationException FromIdentity(string provider, AuthenticationFailedException failed)
    {
        for (var cause = failed.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is RequestFailedException { Status: > 0 } refused && FailureTable.RuleOf(FailureTable.ByStatus(refused.Status)) == RetryRule.AsPolicy)
                return FromResponse(provider, new ProviderResponse(refused.Status, _ => null, Memory<byte>.Empty));
            if (cause is HttpRequestException or IOException or OperationCanceledException)
                return FromException(provider, cause);
        }

        return New(GenerationErrorCodes.Unauthorized, "No token for the provider could be obtained from Entra ID", provider);
    }

    private GenerationException New(
        string code, string what, string provider, string? detail = null, int? status = null, TimeSpan? retryAfter = null) =>
        new(code, Sentence(what, detail), provider)
        {
            IsTransient = FailureTable.RuleOf(code) != RetryRule.Never,
            HttpStatus = status,
            RetryAfter = retryAfter,
        };

    // One line, no control characters, no keys; the length is cut by the exception.
    private string Sentence(string what, string? detail)
    {
        if (string.IsNullOrWhiteSpace(detail))
            return $"{what}.";
        var spaced = string.Concat(detail.Select(c => char.IsControl(c) || char.IsWhiteSpace(c) ? ' ' : c));
        return redactor.Redact($"{what}: {string.Join(' ', spaced.Split(' ', StringSplitOptions.RemoveEmptyEntries))}");
    }
}
