namespace Atelier.Generation.Failures;

/// <summary>Removes the configured keys from a text: a provider or a proxy may echo the request.</summary>
/// <param name="secrets">Every key and password of every configured provider.</param>
internal sealed class SecretRedactor(IEnumerable<Secret> secrets)
{
    // Shorter ones would match parts of ordinary words, and are not secrets of a real provider.
    private const int ShortestSecret = 6;

    // The longest first: a key that contains another is replaced whole.
    private readonly string[] _secrets =
        [.. secrets.Select(s => s.Reveal()).Where(s => s.Length >= ShortestSecret).Distinct().OrderByDescending(s => s.Length)];

    /// <summary>The text with each secret replaced by <c>***</c>.</summary>
    public string Redact(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        return text;
    }
}
