using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Generation.Callbacks;

/// <summary>
/// Verifies a signed callback while its body arrives: the headers and the time first, the signature once the body has been appended. Until then
/// nothing needs to be kept of the body.
/// </summary>
public sealed class CallbackSignature : IDisposable
{
    /// <summary>How far a callback's time may be off: an older one may be a replay.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    // More than a sender needs that is changing its secret.
    private const int MaxSignatures = 8;

    private readonly IncrementalHash _hash;
    private readonly IReadOnlyList<byte[]> _signatures;

    private CallbackSignature(ReadOnlySpan<byte> key, string prefix, string timestamp, IEnumerable<byte[]> signatures, DateTimeOffset now)
    {
        _signatures = [.. signatures.Where(signature => signature.Length == HMACSHA256.HashSizeInBytes).Take(MaxSignatures)];
        if (_signatures.Count == 0)
            throw new CallbackRefusedException("There is no signature of a known kind.");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
        {
            throw new CallbackRefusedException("The timestamp is more than five minutes off.");
        }

        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        _hash.AppendData(Encoding.UTF8.GetBytes(prefix));
    }

    /// <summary>
    /// The Standard Webhooks scheme, which Replicate uses: <c>webhook-signature</c> holds one or more <c>v1,{base64}</c> separated by spaces, each an
    /// HMAC-SHA256 over <c>{webhook-id}.{webhook-timestamp}.{body}</c>.
    /// </summary>
    /// <param name="key">The key of the signature.</param>
    /// <param name="header">Gives a header's value by name, without regard to case, or null.</param>
    /// <param name="now">The time that the timestamp is compared with.</param>
    /// <exception cref="CallbackRefusedException">A header is missing or malformed, or the time is more than five minutes off.</exception>
    public static CallbackSignature BeginStandard(ReadOnlySpan<byte> key, Func<string, string?> header, DateTimeOffset now)
    {
        var id = Required(header, "webhook-id");
        var timestamp = Required(header, "webhook-timestamp");
        var signatures = Required(header, "webhook-signature").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(item => item.StartsWith("v1,", StringComparison.Ordinal))
            .Select(item => FromBase64(item[3..]));
        return new CallbackSignature(key, $"{id}.{timestamp}.", timestamp, signatures, now);
    }

    /// <summary>
    /// The scheme of <c>callback</c>: <c>X-Signature</c> is the hexadecimal HMAC-SHA256 over <c>{X-Timestamp}.{body}</c>, the time in Unix seconds.
    /// </summary>
    /// <param name="key">The key of the signature.</param>
    /// <param name="header">Gives a header's value by name, without regard to case, or null.</param>
    /// <param name="now">The time that the timestamp is compared with.</param>
    /// <exception cref="CallbackRefusedException">A header is missing or malformed, or the time is more than five minutes off.</exception>
    public static CallbackSignature BeginHex(ReadOnlySpan<byte> key, Func<string, string?> header, DateTimeOffset now)
    {
        var timestamp = Required(header, "X-Timestamp");
        return new CallbackSignature(key, $"{timestamp}.", timestamp, [FromHex(Required(header, "X-Signature"))], now);
    }

    /// <summary>Appends what has arrived of the body.</summary>
    public void Append(ReadOnlySpan<byte> part) => _hash.AppendData(part);

    /// <summary>Verifies the signature over all that was appended, in constant time.</summary>
    /// <exception cref="CallbackRefusedException">It does not match.</exception>
    public void Verify()
    {
        var expected = _hash.GetHashAndReset();
        var matches = false;
        foreach (var signature in _signatures)
            matches |= CryptographicOperations.FixedTimeEquals(expected, signature);
        if (!matches)
            throw new CallbackRefusedException("The signature does not match.");
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private static string Required(Func<string, string?> header, string name) =>
        header(name) is { Length: > 0 } value ? value : throw new CallbackRefusedException($"The header {name} is missing.");

    private static byte[] FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : [];
    }

    private static byte[] FromHex(string text)
    {
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out var length) == System.Buffers.OperationStatus.Done ? bytes[..length] : [];
    }
}
