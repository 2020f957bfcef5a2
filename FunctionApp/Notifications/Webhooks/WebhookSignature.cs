using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Notifications.Webhooks;

/// <summary>Signs as Standard Webhooks says (standardwebhooks.com, version 1): HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
public static class WebhookSignature
{
    /// <summary>What the text of a secret begins with; the rest is the key in Base64.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>Length of a new key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>The header <c>webhook-signature</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="id">The header <c>webhook-id</c>: the same for each attempt at a message.</param>
    /// <param name="at">When it is sent; <c>webhook-timestamp</c> has its Unix seconds.</param>
    /// <param name="body">The body.</param>
    public static string Sign(ReadOnlySpan<byte> key, string id, DateTimeOffset at, string body)
    {
        var content = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.{body}"));
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, content))}";
    }

    /// <summary>A key as its owner is shown it, once.</summary>
    public static string ToText(ReadOnlySpan<byte> key) => $"{SecretPrefix}{Convert.ToBase64String(key)}";
}
