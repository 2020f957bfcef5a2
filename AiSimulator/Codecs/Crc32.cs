using System.Buffers.Binary;

namespace AiSimulator.Codecs;

/// <summary>The CRC that PNG chunks end with (ISO 3309; PNG specification, annex D), four bytes a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The checksum of some bytes; pass the checksum so far to go on with more of them.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes, uint soFar = 0)
    {
        var crc = ~soFar;
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        while (bytes.Length >= 4)
        {
            crc ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = t3[crc & 0xFF] ^ t2[(crc >> 8) & 0xFF] ^ t1[(crc >> 16) & 0xFF] ^ t0[crc >> 24];
            bytes = bytes[4..];
        }
        foreach (var b in bytes) crc = t0[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[4][];
        tables[0] = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            var c = n;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? Polynomial ^ (c >> 1) : c >> 1;
            tables[0][n] = c;
        }
        for (var t = 1; t < 4; t++)
        {
            tables[t] = new uint[256];
            for (var n = 0; n < 256; n++) tables[t][n] = tables[0][tables[t - 1][n] & 0xFF] ^ (tables[t - 1][n] >> 8);
        }
        return tables;
    }
}
