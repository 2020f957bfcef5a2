namespace Atelier.Generation;

/// <summary>The codes of <see cref="GenerationException"/>. They are part of the API: a campaign's errors and attempts carry them.</summary>
public static class GenerationErrorCodes
{
    /// <summary>Too many calls (429), or a call held back because the provider asked to wait. Transient.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The provider did not respond in time, or reported a timeout of its own (408, 504). Transient.</summary>
    public const string Timeout = "timeout";

    /// <summary>The provider could not be reached or the connection broke (also 499). Transient.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>The provider failed (5xx). Transient.</summary>
    public const string ServerError = "server_error";

    /// <summary>The provider was busy with the same thing or not ready for it (409, 425). Transient.</summary>
    public const string Conflict = "conflict";

    /// <summary>The response could not be read, or was empty. Transient: a model seldom fails the same way twice.</summary>
    public const string InvalidResponse = "invalid_response";

    /// <summary>
    /// The response cannot be used for a reason that is unlikely to change: an unknown shape, something other than an image, a host that images
    /// may not come from, a size beyond the limit. Retried once at most, because each attempt is paid for.
    /// </summary>
    public const string UnusableResponse = "unusable_answer";

    /// <summary>The text was cut at its length limit. Retried once at most, with a higher limit.</summary>
    public const string Truncated = "truncated";

    /// <summary>The provider's content filter stopped the prompt or the response, or the model refused. Final.</summary>
    public const string ContentFilter = "content_filter";

    /// <summary>The provider's moderation blocked an image. Final.</summary>
    public const string ModerationBlocked = "moderation_blocked";

    /// <summary>The account's quota, for a day or in all, or its credit is used up, or it is not active. Final: waiting seconds does not refill it.</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>The provider does not accept the request (400 and the other 4xx). Final.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The credentials are missing, wrong (401), or could not be obtained. Final.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The credentials do not allow the call (403). Final.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>There is no such model, deployment or address (404). Final.</summary>
    public const string NotFound = "not_found";

    /// <summary>The provider is not configured here. Final.</summary>
    public const string UnknownProvider = "unknown_provider";
}
