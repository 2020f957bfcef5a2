using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Access.ApiKeys;

/// <summary>A key as its holder has it: <c>atelier_ID_SECRET</c>. The id finds the key's row, the secret proves the holder.</summary>
/// <param name="Id">16 hexadecimal digits; no secret.</param>
/// <param name="Secret">43 characters that hold 256 random bits.</param>
internal sealed record KeyText(string Id, string Secret)
{
    // A leaked key is easy to find by its prefix, for its holder and for secret scanners.
    private const string Prefix = "atelier_";
    private const int IdBytes = 8;
    private const int IdLength = IdBytes * 2;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    /// <summary>What is stored. One round is enough: unlike a password, 256 random bits cannot be guessed.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.UTF8.GetBytes(Secret));

    /// <summary>A new key.</summary>
    public static KeyText Create() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads a key; false for text of any other form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyText? key)
    {
        key = text.Length == Prefix.Length + IdLength + 1 + SecretLength
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text[Prefix.Length + IdLength] == '_'
            && IsId(text[Prefix.Length..(Prefix.Length + IdLength)])
            ? new KeyText(text[Prefix.Length..(Prefix.Length + IdLength)], text[^SecretLength..])
            : null;
        return key is not null;
    }

    /// <summary>Whether a text can be an id.</summary>
    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The whole key.</summary>
    public override string ToString() => $"{Prefix}{Id}_{Secret}";
}
