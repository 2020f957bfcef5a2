using System.Buffers.Binary;

namespace Atelier.Images;

/// <summary>What the first bytes of an encoded image say about it.</summary>
/// <param name="ContentType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Width">Width in pixels; null where the header does not say.</param>
/// <param name="Height">Height in pixels; null where the header does not say.</param>
public sealed record ImageHeader(string ContentType, int? Width, int? Height)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the header; null where the bytes are none of the three formats.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(PngSignature))
            return Of("image/png", PngSize(bytes));
        if (bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
            return Of("image/jpeg", JpegSize(bytes));
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
            return Of("image/webp", WebpSize(bytes));
        return null;
    }

    private static ImageHeader Of(string contentType, (int Width, int Height)? size) =>
        size is { Width: > 0, Height: > 0 } s ? new(contentType, s.Width, s.Height) : new(contentType, null, null);

    // PNG specification, 11.2.1: the first chunk is IHDR, and begins with the two sizes.
    private static (int Width, int Height)? PngSize(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 24 && bytes[12..].StartsWith("IHDR"u8)
            ? (BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]))
            : null;

    // ITU-T T.81, B.2.2: the sizes stand in the frame header, which follows any number of other segments.
    private static (int Width, int Height)? JpegSize(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        while (at + 4 <= bytes.Length && bytes[at] == 0xFF)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++; // Any number of fill bytes may stand before a marker.
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return at + 9 <= bytes.Length
                    ? (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]))
                    : null;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }

        return null;
    }

    // RFC 9649, 2.5 to 2.7: the first chunk is a lossy frame, a lossless one, or the extended header.
    private static (int Width, int Height)? WebpSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30)
            return null;
        var chunk = bytes[12..];
        var data = bytes[20..];
        if (chunk.StartsWith("VP8 "u8))
            return (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
        if (chunk.StartsWith("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return chunk.StartsWith("VP8X"u8) ? (UInt24(data[4..]) + 1, UInt24(data[7..]) + 1) : null;
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
