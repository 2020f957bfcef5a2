using Atelier.Problems;

namespace Atelier.Campaigns.Http;

/// <summary>The header <c>Idempotency-Key</c>: a caller that repeats a POST under the same key gets the same campaign.</summary>
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const int MaxLength = 200;

    /// <summary>The key; <see langword="null"/> where there is none.</summary>
    /// <exception cref="ApiException">400: it is empty, too long or given twice.</exception>
    public static string? Read(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
            return null;
        var key = values[0] ?? "";
        return values.Count == 1 && !string.IsNullOrWhiteSpace(key) && key.Length <= MaxLength && !key.Any(char.IsControl)
            ? key
            : throw ApiException.Invalid(Header, $"must be given once, with 1 to {MaxLength} characters that are not blank.");
    }
}
