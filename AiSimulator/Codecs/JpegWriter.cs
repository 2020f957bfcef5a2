using System.Buffers.Binary;
using System.Numerics;

namespace AiSimulator.Codecs;

/// <summary>A JPEG file in the making: markers, then entropy-coded blocks.</summary>
internal sealed class JpegWriter(int expectedLength)
{
    private byte[] _bytes = new byte[Math.Max(4096, expectedLength)];
    private int _length;
    private ulong _bits;
    private int _bitCount;

    public void Headers(int width, int height, byte[] luminance, byte[] chrominance)
    {
        Append([0xFF, 0xD8]);
        Segment(0xE0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"u8);
        QuantizationTable(0, luminance);
        QuantizationTable(1, chrominance);

        Span<byte> frame = [8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1];
        BinaryPrimitives.WriteUInt16BigEndian(frame[1..], (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(frame[3..], (ushort)width);
        Segment(0xC0, frame);

        HuffmanTable(0x00, JpegTables.LuminanceDc);
        HuffmanTable(0x10, JpegTables.LuminanceAc);
        HuffmanTable(0x01, JpegTables.ChrominanceDc);
        HuffmanTable(0x11, JpegTables.ChrominanceAc);
        Segment(0xDA, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    }

    /// <summary>Quantizes a transformed block and writes it (T.81, F.1.2).</summary>
    public void Block(ReadOnlySpan<float> block, ReadOnlySpan<byte> steps, bool isLuminance, ref int lastDc)
    {
        var (dc, ac) = isLuminance
            ? (JpegTables.LuminanceDc, JpegTables.LuminanceAc)
            : (JpegTables.ChrominanceDc, JpegTables.ChrominanceAc);
        var zigzag = JpegTables.Zigzag;
        var value = (int)MathF.Round(block[0] / steps[0]);
        Coefficient(dc, 0, value - lastDc);
        lastDc = value;

        var zeros = 0;
        for (var i = 1; i < 64; i++)
        {
            int place = zigzag[i];
            var scaled = block[place] / steps[place];
            if (scaled is > -0.5f and < 0.5f)
            {
                zeros++;
                continue;
            }
            for (; zeros >= 16; zeros -= 16) Bits(ac.Codes[0xF0], ac.Lengths[0xF0]);
            Coefficient(ac, zeros, (int)(scaled + (scaled < 0 ? -0.5f : 0.5f)));
            zeros = 0;
        }
        if (zeros > 0) Bits(ac.Codes[0], ac.Lengths[0]);
    }

    public byte[] Finish()
    {
        Bits(0x7F, 7);
        _bitCount = 0;
        Append([0xFF, 0xD9]);
        return _bytes[.._length];
    }

    /// <summary>A run of zeros and the size of a value as one code, then the value's own bits.</summary>
    private void Coefficient(JpegHuffman table, int zeros, int value)
    {
        var size = 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));
        var symbol = (zeros << 4) | size;
        Bits(table.Codes[symbol], table.Lengths[symbol]);
        if (size > 0) Bits((uint)(value < 0 ? value + (1 << size) - 1 : value), size);
    }

    private void Bits(uint value, int count)
    {
        _bits = (_bits << count) | value;
        _bitCount += count;
        while (_bitCount >= 8)
        {
            _bitCount -= 8;
            var next = (byte)(_bits >> _bitCount);
            Reserve(2);
            _bytes[_length++] = next;
            // A byte of ones would read as a marker: it is followed by a zero (T.81, B.1.1.5).
            if (next == 0xFF) _bytes[_length++] = 0;
        }
    }

    private void QuantizationTable(byte id, ReadOnlySpan<byte> steps)
    {
        Span<byte> table = stackalloc byte[65];
        table[0] = id;
        for (var i = 0; i < 64; i++) table[i + 1] = steps[JpegTables.Zigzag[i]];
        Segment(0xDB, table);
    }

    private void HuffmanTable(byte id, JpegHuffman table) => Segment(0xC4, [id, .. table.Counts, .. table.Symbols]);

    private void Segment(byte marker, ReadOnlySpan<byte> content)
    {
        Span<byte> head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(content.Length + 2));
        Append(head);
        Append(content);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_length + more, _bytes.Length * 2));
    }
}
