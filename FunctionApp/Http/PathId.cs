using Atelier.Problems;

namespace Atelier.Http;

/// <summary>An id in a path.</summary>
internal static class PathId
{
    private const int Length = 36;

    /// <summary>Reads an id in its exact form; .NET's parser would also accept spaces around it.</summary>
    /// <param name="text">The part of the path.</param>
    /// <param name="what">What has such an id, for the message.</param>
    /// <exception cref="ApiException">404: it is not an id.</exception>
    public static Guid Parse(string text, string what) =>
        text.Length == Length && Guid.TryParseExact(text, "D", out var id) ? id : throw ApiException.NotFound(what);
}
