using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FunctionApp.Tests.Simulator;

/// <summary>A small independent reader of 8-bit RGB PNG: it checks signature, chunk order, checksums and filters.</summary>
internal sealed record PngReader(int Width, int Height, byte[] Rgb)
{
    public static PngReader Read(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var chunks = new List<(string Type, byte[] Data)>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var body = file.AsSpan(at + 4, length + 4);
            Assert.Equal(Crc(body), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(body[..4]), body[4..].ToArray()));
            at += length + 12;
        }
        Assert.Equal("IHDR", chunks[0].Type);
        Assert.Equal("IEND", chunks[^1].Type);
        var header = chunks[0].Data;
        Assert.Equal([8, 2, 0, 0, 0], header[8..]);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream([.. chunks.Where(c => c.Type == "IDAT").SelectMany(c => c.Data)]), CompressionMode.Decompress))
        {
            zlib.CopyTo(unpacked);
        }
        return new PngReader(width, height, Unfilter(unpacked.ToArray(), width * 3, height));
    }

    /// <summary>How many different colours there are, up to a limit.</summary>
    public int Colours(int limit = 1000) =>
        Enumerable.Range(0, Rgb.Length / 3).Select(i => (Rgb[i * 3], Rgb[(i * 3) + 1], Rgb[(i * 3) + 2])).Distinct().Take(limit).Count();

    public double MeanLuminance() =>
        Enumerable.Range(0, Rgb.Length / 3).Average(i => (0.299 * Rgb[i * 3]) + (0.587 * Rgb[(i * 3) + 1]) + (0.114 * Rgb[(i * 3) + 2]));

    private static byte[] Unfilter(byte[] raw, int stride, int height)
    {
        Assert.Equal((stride + 1) * height, raw.Length);
        var rgb = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var filter = raw[y * (stride + 1)];
            for (var x = 0; x < stride; x++)
            {
                var left = x >= 3 ? rgb[(y * stride) + x - 3] : 0;
                var above = y > 0 ? rgb[((y - 1) * stride) + x] : 0;
                var predicted = filter switch { 0 => 0, 1 => left, 2 => above, 3 => (left + above) / 2, _ => throw new InvalidDataException($"filter {filter}") };
                rgb[(y * stride) + x] = (byte)(raw[(y * (stride + 1)) + 1 + x] + predicted);
            }
        }
        return rgb;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
