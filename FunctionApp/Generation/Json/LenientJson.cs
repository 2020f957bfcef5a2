using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Atelier.Generation.Json;

/// <summary>
/// Parses a provider's JSON. A byte order mark is skipped. What is not valid Unicode, or cannot be stored, reads as U+FFFD: bytes that are not
/// UTF-8, half of a surrogate pair, NUL. Every string of the document can therefore be read without an exception.
/// </summary>
internal static class LenientJson
{
    private const int EscapeLength = 6;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> Replacement => "fffd"u8;

    /// <summary>Parses a body.</summary>
    /// <param name="body">The bytes. They belong to the document from here on, and are changed in place.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(Memory<byte> body)
    {
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        if (!Utf8.IsValid(body.Span))
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        MendEscapes(body.Span);
        return JsonDocument.Parse(body);
    }

    // A backslash occurs only in strings, and an escape is as long as its replacement.
    private static void MendEscapes(Span<byte> rest)
    {
        for (var at = rest.IndexOf((byte)'\\'); at >= 0; at = rest.IndexOf((byte)'\\'))
        {
            rest = rest[at..];
            if (CodeUnit(rest) is not { } unit)
            {
                rest = rest[Math.Min(2, rest.Length)..];
                continue;
            }

            var isPair = char.IsHighSurrogate(unit) && CodeUnit(rest[EscapeLength..]) is { } next && char.IsLowSurrogate(next);
            if (unit == 0 || (char.IsSurrogate(unit) && !isPair))
                Replacement.CopyTo(rest[2..]);
            rest = rest[(isPair ? 2 * EscapeLength : EscapeLength)..];
        }
    }

    private static char? CodeUnit(ReadOnlySpan<byte> escape) =>
        escape.Length >= EscapeLength && escape.StartsWith("\\u"u8)
        && ushort.TryParse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
