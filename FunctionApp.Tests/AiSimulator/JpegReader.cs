using System.Buffers.Binary;

namespace FunctionApp.Tests.Simulator;

/// <summary>
/// A small independent reader of baseline JPEG with three components at full resolution: it decodes every Huffman code of the scan, so a file
/// that any decoder would stumble over fails here, and keeps each block's mean luminance.
/// </summary>
internal sealed class JpegReader
{
    private readonly Dictionary<int, Dictionary<(int Length, int Code), byte>> _huffman = [];
    private readonly Dictionary<int, int> _dcSteps = [];
    private byte[] _scan = [];
    private int _bit;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public List<double> BlockLuminance { get; } = [];

    public static JpegReader Read(byte[] file)
    {
        var reader = new JpegReader();
        Assert.Equal([0xFF, 0xD8], file[..2]);
        Assert.Equal([0xFF, 0xD9], file[^2..]);
        for (var at = 2; ;)
        {
            Assert.Equal(0xFF, file[at]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
            reader.Segment(file[at + 1], file.AsSpan(at + 4, length - 2));
            at += length + 2;
            if (file[at - length - 1] != 0xDA) continue;
            reader.Scan(file[at..^2]);
            return reader;
        }
    }

    private void Segment(byte marker, ReadOnlySpan<byte> data)
    {
        if (marker == 0xDB) _dcSteps[data[0]] = data[1];
        if (marker == 0xC0) (Height, Width) = (BinaryPrimitives.ReadUInt16BigEndian(data[1..]), BinaryPrimitives.ReadUInt16BigEndian(data[3..]));
        if (marker != 0xC4) return;
        var codes = new Dictionary<(int, int), byte>();
        var (code, symbol) = (0, 17);
        for (var length = 1; length <= 16; length++, code <<= 1)
        {
            for (var i = 0; i < data[length]; i++) codes[(length, code++)] = data[symbol++];
        }
        _huffman[data[0]] = codes;
    }

    private void Scan(byte[] stuffed)
    {
        var scan = new List<byte>();
        for (var i = 0; i < stuffed.Length; i++)
        {
            scan.Add(stuffed[i]);
            if (stuffed[i] == 0xFF) Assert.Equal(0, stuffed[++i]);
        }
        _scan = [.. scan];
        var dc = new int[3];
        var blocks = (Width + 7) / 8 * ((Height + 7) / 8);
        for (var block = 0; block < blocks; block++)
        {
            for (var component = 0; component < 3; component++)
            {
                var table = component == 0 ? 0 : 1;
                dc[component] += Value(Symbol(table));
                if (component == 0) BlockLuminance.Add((dc[0] * _dcSteps[0] / 8.0) + 128);
                for (var k = 1; k < 64; k++)
                {
                    var symbol = Symbol(0x10 | table);
                    if (symbol == 0) break;
                    k += symbol >> 4;
                    Assert.True(k < 64, "A run of zeros leaves its block.");
                    Value(symbol & 15);
                }
            }
        }
        Assert.True((_scan.Length * 8) - _bit < 8, "There are bytes behind the last block.");
    }

    private int Symbol(int table)
    {
        var code = 0;
        for (var length = 1; length <= 16; length++)
        {
            code = (code << 1) | Bit();
            if (_huffman[table].TryGetValue((length, code), out var symbol)) return symbol;
        }
        throw new InvalidDataException("No such Huffman code.");
    }

    private int Value(int size)
    {
        var value = 0;
        for (var i = 0; i < size; i++) value = (value << 1) | Bit();
        return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }

    private int Bit() => (_scan[_bit >> 3] >> (7 - (_bit++ & 7))) & 1;
}
