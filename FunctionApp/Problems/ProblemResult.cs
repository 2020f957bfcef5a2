using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Problems;

/// <summary>Writes problem details (RFC 9457) with the members that every error of this API has.</summary>
public sealed class ProblemResult(ApiException problem) : IResult
{
    private const int MaxInstance = 1000;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        // The response is about this one request; a cache has no use for it.
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } retryAfter)
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (problem.Challenge is { } challenge)
            response.Headers.WWWAuthenticate = challenge;

        var body = new Body(
            "about:blank",
            ReasonPhrases.GetReasonPhrase(problem.Status),
            problem.Status,
            problem.Message,
            Shorten(httpContext.Request.Path.Value),
            problem.Code,
            problem.Errors,
            RequestTrace.IdOf(httpContext));
        // Without a token: a caller's disconnect is no error.
        return response.WriteAsJsonAsync(body, ApiJson.Options, "application/problem+json");
    }

    // The caller knows a long address; the response need not repeat it.
    private static string? Shorten(string? path) => path?.Length > MaxInstance ? path[..MaxInstance] : path;

    // The type is about:blank, as RFC 9457 requires where the title is the status; code says more.
    private sealed record Body(
        string Type,
        string Title,
        int Status,
        string Detail,
        string? Instance,
        string Code,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
        string TraceId);
}
