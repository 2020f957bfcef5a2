using Atelier.Problems;

namespace Atelier.Http;

/// <summary>How large a request may be. Longer addresses and headers are refused on every route, with problem details.</summary>
/// <remarks>
/// A server refuses what is beyond its own limits before any of this code runs, with an empty response. EmbeddedHost's limits are higher
/// than these, so that a client meets these first.
/// </remarks>
internal static class RequestSize
{
    /// <summary>The longest path and query, in characters as they were sent.</summary>
    public const int MaxAddress = 8 * 1024;

    /// <summary>The most that all headers may have together, names and values, in characters.</summary>
    public const int MaxHeaders = 32 * 1024;

    /// <summary>The most header lines.</summary>
    public const int MaxHeaderLines = 100;

    /// <summary>The longest body of JSON, in bytes.</summary>
    public const int MaxJsonBody = 64 * 1024;

    /// <summary>How much of a request the server may hold that has not been read, in bytes. EmbeddedHost's headers must fit.</summary>
    public const int MaxBuffered = 128 * 1024;

    /// <summary>How much a connection may hold that has been received and not been parsed, in bytes.</summary>
    public const int MaxReceived = 64 * 1024;

    /// <summary>Checks a request's address and headers. Its body is checked where it is read.</summary>
    /// <exception cref="ApiException">414: the address is too long. 431: the headers are.</exception>
    public static void Check(HttpRequest request)
    {
        if (request.Path.ToUriComponent().Length + (request.QueryString.Value?.Length ?? 0) > MaxAddress)
            throw new ApiException(StatusCodes.Status414UriTooLong, "uri_too_long", $"The address must not be longer than {MaxAddress} characters.");

        var lines = 0;
        var length = 0;
        foreach ((var name, var values) in request.Headers)
        {
            lines += values.Count;
            foreach (var value in values)
                length += name.Length + (value?.Length ?? 0);
        }
        if (lines > MaxHeaderLines || length > MaxHeaders)
        {
            throw new ApiException(
                StatusCodes.Status431RequestHeaderFieldsTooLarge,
                "headers_too_large",
                $"The headers must not be more than {MaxHeaderLines} lines and {MaxHeaders} characters.");
        }
    }
}
