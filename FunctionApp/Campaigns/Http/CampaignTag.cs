using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Atelier.Campaigns.Http;

/// <summary>A campaign's <c>ETag</c>: its version.</summary>
internal static class CampaignTag
{
    // Weak: a later version of this service may write the same campaign in other bytes.
    public static string Of(long version) => $"W/\"{version}\"";

    /// <summary>Whether a version is among those of <c>If-None-Match</c>; <see langword="null"/> where the header is missing.</summary>
    public static Func<long, bool>? ReadNoneMatch(HttpRequest request) => Read(request.Headers.IfNoneMatch);

    /// <summary>Whether a version is among those of <c>If-Match</c>; <see langword="null"/> where the header is missing.</summary>
    /// <remarks>
    /// Tags are compared as in <c>If-None-Match</c>. By RFC 9110 a weak tag never fulfills <c>If-Match</c>, because of requests that depend on bytes; here it
    /// stands for the version that is to be changed.
    /// </remarks>
    public static Func<long, bool>? ReadMatch(HttpRequest request) =>
        request.Headers.IfMatch.Count == 0 ? null : Read(request.Headers.IfMatch) ?? (_ => false);

    private static Func<long, bool>? Read(StringValues header)
    {
        if (!EntityTagHeaderValue.TryParseList(header, out var tags))
            return null;
        return version => tags.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any)
            || tag.Compare(new EntityTagHeaderValue($"\"{version}\"", isWeak: true), useStrongComparison: false));
    }
}
