using System.Collections.Frozen;

namespace Atelier.Generation.Failures;

/// <summary>
/// Maps the failures of all providers to codes, and the codes to retry rules. A code of the provider decides first, then a sentence from its
/// documentation, then the HTTP status. Single words in a message decide nothing.
/// </summary>
internal static class FailureTable
{
    /// <summary>Providers' own codes that say more than the HTTP status they come with.</summary>
    public static FrozenDictionary<string, string> Codes { get; } = Table(
        ("moderation_blocked", GenerationErrorCodes.ModerationBlocked), // OpenAI, images
        ("moderation", GenerationErrorCodes.ModerationBlocked), // the provider "callback"
        ("content_filter", GenerationErrorCodes.ContentFilter), // Azure OpenAI, texts
        ("contentFilter", GenerationErrorCodes.ContentFilter), // Azure OpenAI, images
        ("ResponsibleAIPolicyViolation", GenerationErrorCodes.ContentFilter), // Azure OpenAI, inner error
        ("content_policy_violation", GenerationErrorCodes.ContentFilter), // OpenAI, fal
        ("insufficient_quota", GenerationErrorCodes.QuotaExceeded), // OpenAI, Azure OpenAI
        ("billing_hard_limit_reached", GenerationErrorCodes.QuotaExceeded), // OpenAI
        ("billing_not_active", GenerationErrorCodes.QuotaExceeded), // OpenAI
        ("API_KEY_INVALID", GenerationErrorCodes.Unauthorized)); // Google, with status 400

    /// <summary>Providers' own codes and classes of errors that count only in a successful response, whose status does not show the error.</summary>
    public static FrozenDictionary<string, string> CodesInSuccess { get; } = Table(
        ("rate_limited", GenerationErrorCodes.RateLimited),
        ("rate_limit_exceeded", GenerationErrorCodes.RateLimited),
        ("rate_limit_error", GenerationErrorCodes.RateLimited),
        ("RESOURCE_EXHAUSTED", GenerationErrorCodes.RateLimited),
        ("DEADLINE_EXCEEDED", GenerationErrorCodes.Timeout),
        ("CANCELLED", GenerationErrorCodes.ConnectionFailed),
        ("invalid_api_key", GenerationErrorCodes.Unauthorized),
        ("authentication_error", GenerationErrorCodes.Unauthorized),
        ("UNAUTHENTICATED", GenerationErrorCodes.Unauthorized),
        ("permission_error", GenerationErrorCodes.Forbidden),
        ("PERMISSION_DENIED", GenerationErrorCodes.Forbidden),
        ("model_not_found", GenerationErrorCodes.NotFound),
        ("NOT_FOUND", GenerationErrorCodes.NotFound),
        ("invalid_request_error", GenerationErrorCodes.InvalidRequest),
        ("INVALID_ARGUMENT", GenerationErrorCodes.InvalidRequest));

    /// <summary>Sentences that providers document, where they give no code: only a whole one decides.</summary>
    public static IReadOnlyList<(string Sentence, string Code)> Sentences { get; } =
    [
        // Replicate's image models.
        ("NSFW content detected. Try running it again, or try a different prompt.", GenerationErrorCodes.ModerationBlocked),
        ("All generated images contained NSFW content.", GenerationErrorCodes.ModerationBlocked),
        ("The input or output was flagged as sensitive.", GenerationErrorCodes.ModerationBlocked),
        // fal.
        (
            "The content could not be processed because it contained material flagged by a content checker.",
            GenerationErrorCodes.ModerationBlocked
        ),
        // OpenAI, images.
        ("Your request was rejected by the safety system.", GenerationErrorCodes.ModerationBlocked),
        ("Your request was rejected as a result of our safety system.", GenerationErrorCodes.ModerationBlocked),
        // OpenRouter: what its free models allow a day.
        ("Rate limit exceeded: free-models-per-day", GenerationErrorCodes.QuotaExceeded),
    ];

    /// <summary>The code that an HTTP status stands for, where nothing in the response says more.</summary>
    public static string ByStatus(int status) => status switch
    {
        < 300 => GenerationErrorCodes.ServerError,
        401 => GenerationErrorCodes.Unauthorized,
        402 => GenerationErrorCodes.QuotaExceeded,
        403 => GenerationErrorCodes.Forbidden,
        404 => GenerationErrorCodes.NotFound,
        408 or 504 => GenerationErrorCodes.Timeout,
        409 or 425 => GenerationErrorCodes.Conflict,
        429 => GenerationErrorCodes.RateLimited,
        // 499: a proxy saw its client close the connection.
        499 => GenerationErrorCodes.ConnectionFailed,
        >= 500 => GenerationErrorCodes.ServerError,
        // A redirect is not followed, so that no key is sent to another host: the configured address is wrong.
        _ => GenerationErrorCodes.InvalidRequest,
    };

    /// <summary>Whether another attempt follows.</summary>
    public static RetryRule RuleOf(string code) => code switch
    {
        GenerationErrorCodes.RateLimited or GenerationErrorCodes.Timeout or GenerationErrorCodes.ConnectionFailed
            or GenerationErrorCodes.ServerError or GenerationErrorCodes.Conflict or GenerationErrorCodes.InvalidResponse => RetryRule.AsPolicy,
        GenerationErrorCodes.UnusableResponse or GenerationErrorCodes.Truncated => RetryRule.Once,
        _ => RetryRule.Never,
    };

    /// <summary>The first words of a message.</summary>
    public static string TextOf(string code) => code switch
    {
        GenerationErrorCodes.ModerationBlocked => "The provider's moderation blocked the request",
        GenerationErrorCodes.ContentFilter => "The provider's content filter stopped the request",
        GenerationErrorCodes.QuotaExceeded => "The account's quota at the provider is used up",
        GenerationErrorCodes.Unauthorized => "The provider does not accept the credentials",
        GenerationErrorCodes.Forbidden => "The provider does not allow the call",
        GenerationErrorCodes.NotFound => "The provider knows no such model or address",
        GenerationErrorCodes.Timeout => "The provider timed out",
        GenerationErrorCodes.ConnectionFailed => "The connection to the provider failed",
        GenerationErrorCodes.Conflict => "The provider was not ready for the call",
        GenerationErrorCodes.RateLimited => "The provider limits the rate of calls",
        GenerationErrorCodes.ServerError => "The provider failed",
        _ => "The provider does not accept the request",
    };

    private static FrozenDictionary<string, string> Table(params ReadOnlySpan<(string Theirs, string Ours)> rows)
    {
        var table = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (theirs, ours) in rows)
            table.Add(theirs, ours);
        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
