using System.Security.Cryptography;
using System.Text;

namespace AiSimulator.Webhooks;

/// <summary>How webhooks are signed.</summary>
internal static class Signatures
{
    /// <summary>The header of <see cref="Hex"/>.</summary>
    public const string Header = "X-Signature";

    /// <summary>Unix seconds; part of what is signed.</summary>
    public const string TimestampHeader = "X-Timestamp";

    /// <summary>
    /// Standard Webhooks, as Replicate uses them: base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, its key the base64 part of the
    /// secret after <c>whsec_</c>.
    /// </summary>
    public static string Standard(string secret, string id, long timestamp, string body)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
    }

    public static bool IsStandardSecret(string secret) =>
        secret.StartsWith("whsec_", StringComparison.Ordinal) && Convert.TryFromBase64String(secret["whsec_".Length..], new byte[secret.Length], out var length) && length > 0;

    /// <summary>The <c>callback</c> provider's: lower-case hexadecimal HMAC-SHA256 over <c>timestamp.body</c>, keyed with the UTF-8 secret.</summary>
    public static string Hex(string secret, string timestamp, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
}
