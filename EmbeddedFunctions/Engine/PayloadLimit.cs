using System.Text;

namespace EmbeddedFunctions.Engine;

/// <summary>Refuses what is too large to be carried in a history, at the call.</summary>
internal static class PayloadLimit
{
    /// <exception cref="ArgumentException">The payload is larger; the message names it, its size and the limit.</exception>
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
            throw new ArgumentException($"{what} has {bytes} bytes; at most {maxBytes} are carried. Store it elsewhere and pass its name.");
        }
    }
}
