using System.ClientModel;
using System.Text.Json;
using Azure;
using Azure.Identity;

namespace Atelier.Generation.Failures;

/// <summary>
/// Says what a provider's failure means and whether another attempt can help: the one place that decides it, for every provider.
/// Another attempt can help on timeouts, broken connections, unreadable answers, 408, 409, 425, 429 and 5xx; it cannot on the other 4xx, on a
/// filtered prompt or on an exhausted quota.
/// </summary>
/// <param name="time">The clock that dates in headers are measured by.</param>
/// <param name="redactor">Takes keys out of messages.</param>
internal sealed class FailureClassifier(TimeProvider time, SecretRedactor redactor)
{
    private static readonly string[] FilterWords = ["nsfw", "moderation", "flagged as sensitive", "safety", "content policy"];

    /// <summary>The failure that an exception of a client library, or of the network below it, stands for.</summary>
    /// <remarks>
    /// The exception itself is not kept: its message may hold what the provider echoed, and failures travel into histories and logs.
    /// </remarks>
    public GenerationException FromException(string provider, Exception exception) => exception switch
    {
        GenerationException known => known,
        AggregateException { InnerException: { } inner } => FromException(provider, inner),
        ClientResultException { Status: > 0 } answered => FromAnswer(provider, answered),
        ClientResultException { InnerException: { } inner } => FromException(provider, inner),
        AuthenticationFailedException failed => FromIdentity(provider, failed),
        OperationCanceledException or TimeoutException =>
            Transient(GenerationErrorCodes.Timeout, "The provider did not answer in time.", provider),
        ClientResultException or HttpRequestException or IOException =>
            Transient(GenerationErrorCodes.ConnectionFailed, Sentence("The connection to the provider failed", exception.Message), provider),
        JsonException or FormatException =>
            Transient(GenerationErrorCodes.InvalidResponse, "The provider's answer could not be read.", provider),
        // Client libraries fail in many ways on an answer that lacks what they expect.
        _ => Transient(
            GenerationErrorCodes.InvalidResponse, $"The provider's answer could not be used ({exception.GetType().Name}).", provider),
    };

    /// <summary>The failure that an HTTP answer other than success stands for.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="status">The answer's HTTP status.</param>
    /// <param name="header">Gives a header's value by name, without regard to case, or null.</param>
    /// <param name="body">The answer's body, as far as there is one.</param>
    public GenerationException FromResponse(string provider, int status, Func<string, string?> header, string? body)
    {
        var error = ErrorBody.Parse(body);
        var code = CodeOf(status, error);
        var isTransient = IsTransient(code);

        // The answer to a bad key quotes a part of it.
        var detail = code == GenerationErrorCodes.Unauthorized ? null : error.Message;
        return new GenerationException(code, Sentence($"{TextOf(code)} (HTTP {status})", detail), provider)
        {
            IsTransient = isTransient,
            HttpStatus = status,
            RetryAfter = isTransient ? RetryAfter.Read(header, error, time.GetUtcNow()) : null,
        };
    }

    /// <summary>The failure of an answer that came with success and yet holds nothing to use.</summary>
    public GenerationException InvalidAnswer(string provider, string message) =>
        Transient(GenerationErrorCodes.InvalidResponse, Sentence(message, null), provider);

    /// <summary>The failure of an answer that came with success and says that a filter, or the model itself, withheld the content.</summary>
    public GenerationException Filtered(string provider, string message, string? detail) =>
        new(GenerationErrorCodes.ContentFilter, Sentence(message, detail), provider);

    /// <summary>The failure of a job that a provider took and could not finish. Another job may well succeed, unless a filter stopped it.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="detail">The provider's words; it has no codes for this.</param>
    public GenerationException JobFailed(string provider, string? detail) =>
        detail is not null && FilterWords.Any(word => detail.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? new GenerationException(
                GenerationErrorCodes.ModerationBlocked, Sentence(TextOf(GenerationErrorCodes.ModerationBlocked), detail), provider)
            : Transient(GenerationErrorCodes.ServerError, Sentence("The provider's job failed", detail), provider);

    /// <summary>The failure of a job that a provider took and does not know any more. Another job may well succeed.</summary>
    public GenerationException JobLost(string provider) =>
        Transient(GenerationErrorCodes.ServerError, Sentence("The provider does not know its job any more", detail: null), provider);

    private static string CodeOf(int status, ErrorBody error) => status switch
    {
        _ when error.Says("moderation_blocked") => GenerationErrorCodes.ModerationBlocked,
        _ when error.Says("content_filter") || error.Says("contentFilter") || error.Says("content_policy_violation")
            || error.Says("ResponsibleAIPolicyViolation") => GenerationErrorCodes.ContentFilter,
        _ when error.Says("insufficient_quota") || error.Says("billing_hard_limit_reached") => GenerationErrorCodes.QuotaExceeded,
        // Google answers a wrong key with 400.
        _ when error.Says("API_KEY_INVALID") => GenerationErrorCodes.Unauthorized,
        < 300 => GenerationErrorCodes.InvalidResponse,
        401 => GenerationErrorCodes.Unauthorized,
        402 => GenerationErrorCodes.QuotaExceeded,
        403 => GenerationErrorCodes.Forbidden,
        404 => GenerationErrorCodes.NotFound,
        408 or 504 => GenerationErrorCodes.Timeout,
        409 or 425 => GenerationErrorCodes.Conflict,
        429 => GenerationErrorCodes.RateLimited,
        >= 500 => GenerationErrorCodes.ServerError,
        // A redirect is not followed, so that no key goes where it was not meant to: the address is wrong.
        _ => GenerationErrorCodes.InvalidRequest,
    };

    private static bool IsTransient(string code) => code
        is GenerationErrorCodes.RateLimited or GenerationErrorCodes.Timeout or GenerationErrorCodes.ConnectionFailed
        or GenerationErrorCodes.ServerError or GenerationErrorCodes.Conflict or GenerationErrorCodes.InvalidResponse;

    private static string TextOf(string code) => code switch
    {
        GenerationErrorCodes.ModerationBlocked => "The provider's moderation blocked the request",
        GenerationErrorCodes.ContentFilter => "The provider's content filter stopped the request",
        GenerationErrorCodes.QuotaExceeded => "The account's quota at the provider is used up",
        GenerationErrorCodes.Unauthorized => "The provider does not accept the credentials",
        GenerationErrorCodes.Forbidden => "The provider does not allow the call",
        GenerationErrorCodes.NotFound => "The provider knows no such model or address",
        GenerationErrorCodes.Timeout => "The provider timed out",
        GenerationErrorCodes.Conflict => "The provider was not ready for the call",
        GenerationErrorCodes.RateLimited => "The provider limits the rate of calls",
        GenerationErrorCodes.ServerError => "The provider failed",
        GenerationErrorCodes.InvalidResponse => "The provider gave an answer of another kind than the one asked for",
        _ => "The provider does not accept the request",
    };

    private static GenerationException Transient(string code, string message, string provider) =>
        new(code, message, provider) { IsTransient = IsTransient(code) };

    private GenerationException FromAnswer(string provider, ClientResultException answered)
    {
        var response = answered.GetRawResponse();
        if (response is null)
            return FromResponse(provider, answered.Status, _ => null, body: null);
        string? body;
        try
        {
            body = response.Content.ToString();
        }
        catch (InvalidOperationException)
        {
            body = null; // The answer's body was never read to its end.
        }

        return FromResponse(
            provider, answered.Status, name => response.Headers.TryGetValue(name, out var value) ? value : null, body);
    }

    // No token could be had. What kept it away may pass; a missing or refused credential does not.
    private GenerationException FromIdentity(string provider, AuthenticationFailedException failed)
    {
        for (Exception? cause = failed.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is RequestFailedException { Status: > 0 } answered && IsTransient(CodeOf(answered.Status, ErrorBody.Parse(null))))
                return FromResponse(provider, answered.Status, _ => null, body: null);
            if (cause is HttpRequestException or IOException or OperationCanceledException)
                return FromException(provider, cause);
        }

        return new GenerationException(
            GenerationErrorCodes.Unauthorized, "No token for the provider could be obtained from Entra ID.", provider);
    }

    // One line, no control characters, no keys; the length is cut by the exception.
    private string Sentence(string what, string? detail)
    {
        if (string.IsNullOrWhiteSpace(detail))
            return $"{what}.";
        var words = detail.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return redactor.Redact($"{what}: {string.Join(' ', words)}");
    }
}
