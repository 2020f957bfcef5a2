using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Generation.Callbacks;

/// <summary>Verifies signed callbacks, in constant time.</summary>
internal static class CallbackSignature
{
    /// <summary>How far a callback's time may be off: an older one may be a replay.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The Standard Webhooks scheme, which Replicate uses: <c>webhook-signature</c> holds one or more <c>v1,{base64}</c> separated by spaces, each an
    /// HMAC-SHA256 over <c>{webhook-id}.{webhook-timestamp}.{body}</c>.
    /// </summary>
    /// <exception cref="CallbackRefusedException">It is not verified.</exception>
    public static void VerifyStandard(ReadOnlySpan<byte> key, Func<string, string?> header, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        string id = Required(header, "webhook-id");
        string timestamp = Required(header, "webhook-timestamp");
        string signatures = Required(header, "webhook-signature");
        byte[] expected = Sign(key, $"{id}.{timestamp}.", body);
        bool matches = false;
        foreach (string item in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.StartsWith("v1,", StringComparison.Ordinal))
                matches |= CryptographicOperations.FixedTimeEquals(expected, FromBase64(item[3..]));
        }

        Check(matches, timestamp, now);
    }

    /// <summary>
    /// The scheme of <c>callback</c>: <c>X-Signature</c> is the hexadecimal HMAC-SHA256 over <c>{X-Timestamp}.{body}</c>, the time in Unix seconds.
    /// </summary>
    /// <exception cref="CallbackRefusedException">It is not verified.</exception>
    public static void VerifyHex(ReadOnlySpan<byte> key, Func<string, string?> header, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        string timestamp = Required(header, "X-Timestamp");
        string signature = Required(header, "X-Signature");
        byte[] expected = Sign(key, $"{timestamp}.", body);
        Check(CryptographicOperations.FixedTimeEquals(expected, FromHex(signature)), timestamp, now);
    }

    private static byte[] Sign(ReadOnlySpan<byte> key, string prefix, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(key, [.. Encoding.UTF8.GetBytes(prefix), .. body]);

    // The time is part of the signed text: it is checked only after the signature.
    private static void Check(bool matches, string timestamp, DateTimeOffset now)
    {
        if (!matches)
            throw new CallbackRefusedException("The signature does not match.");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            throw new CallbackRefusedException("The timestamp is more than five minutes off.");
    }

    private static string Required(Func<string, string?> header, string name) =>
        header(name) is { Length: > 0 } value ? value : throw new CallbackRefusedException($"The header {name} is missing.");

    private static byte[] FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : [];
    }

    private static byte[] FromHex(string text)
    {
        byte[] bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out int length) == System.Buffers.OperationStatus.Done ? bytes[..length] : [];
    }
}
