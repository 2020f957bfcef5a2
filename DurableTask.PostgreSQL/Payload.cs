using System.Text;

namespace DurableTask.PostgreSQL;

/// <summary>Checks payloads at the call that brings them.</summary>
internal static class Payload
{
    /// <exception cref="PayloadTooLargeException">The payload is larger than the limit.</exception>
    public static void Check(string? payload, int maxBytes, string what)
    {
        // A char is at most three bytes of UTF-8: short texts need no counting.
        if (payload is null || payload.Length <= maxBytes / 3)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(payload);
        if (bytes > maxBytes)
        {
            throw new PayloadTooLargeException($"{what} has {bytes} bytes; at most {maxBytes} are stored. Store it elsewhere and pass its name.");
        }
    }

    /// <summary>
    /// The text with U+FFFD in place of U+0000 and halves of surrogate pairs, which PostgreSQL cannot store. JSON has them escaped, so this changes
    /// only plain texts such as reasons.
    /// </summary>
    public static string? Storable(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var whole = text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
        return whole.Contains('\0') ? whole.Replace('\0', '\ufffd') : whole;
    }
}
