using Atelier.Problems;
namespace Atelier.Http;

/// <summary>The id of a request in the log: the caller's own <c>X-Request-Id</c>, or the trace id.</summary>
internal static class RequestId
{
    /// <summary>The header, of requests and responses.</summary>
    public const string Header = "X-Request-Id";

    private const int MaxLength = 64;

    /// <summary>The caller's id where it is one; anything else in the header, such as what could forge a log line, is ignored.</summary>
    public static string Of(HttpContext http)
    {
        var given = http.Request.Headers[Header].ToString();
        return given.Length is > 0 and <= MaxLength && given.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? given
            : RequestTrace.IdOf(http);
    }
}
