using System.Runtime.Intrinsics;

namespace AiSimulator.Codecs;

/// <summary>Writes 8-bit RGB as baseline JPEG (ITU-T T.81, JFIF 1.01), colour at full resolution.</summary>
internal static class JpegEncoder
{
    private const int Block = 8;

    private static readonly Vector256<float>[] Cosines = MakeCosines();

    /// <summary>Encodes a picture.</summary>
    /// <param name="rgb">Three bytes a pixel, row by row from the top, without padding.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="quality">0 (smallest) to 100 (best).</param>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, int quality)
    {
        var (luminance, chrominance) = (Scale(JpegTables.Luminance, quality), Scale(JpegTables.Chrominance, quality));
        var file = new JpegWriter(width * height / 3);
        file.Headers(width, height, luminance, chrominance);

        Span<float> samples = stackalloc float[3 * 64];
        Span<int> last = [0, 0, 0];
        for (var y = 0; y < height; y += Block)
        {
            for (var x = 0; x < width; x += Block)
            {
                ReadBlock(rgb, width, height, x, y, samples);
                for (var component = 0; component < 3; component++)
                {
                    var block = samples.Slice(component * 64, 64);
                    Transform(block);
                    file.Block(block, component == 0 ? luminance : chrominance, component == 0, ref last[component]);
                }
            }
        }
        return file.Finish();
    }

    /// <summary>One block as luminance and two colour differences around zero (JFIF 1.02); edges are repeated outwards.</summary>
    private static void ReadBlock(ReadOnlySpan<byte> rgb, int width, int height, int left, int top, Span<float> samples)
    {
        for (var y = 0; y < Block; y++)
        {
            var row = Math.Min(top + y, height - 1) * width;
            for (var x = 0; x < Block; x++)
            {
                var pixel = rgb.Slice((row + Math.Min(left + x, width - 1)) * 3, 3);
                float r = pixel[0], g = pixel[1], b = pixel[2];
                var at = (y * Block) + x;
                samples[at] = (0.299f * r) + (0.587f * g) + (0.114f * b) - 128;
                samples[64 + at] = (-0.168736f * r) - (0.331264f * g) + (0.5f * b);
                samples[128 + at] = (0.5f * r) - (0.418688f * g) - (0.081312f * b);
            }
        }
    }

    /// <summary>The forward cosine transform as two matrix products, C·X·Cᵀ, eight columns at once.</summary>
    private static void Transform(Span<float> block)
    {
        Span<float> columns = stackalloc float[64];
        for (var u = 0; u < Block; u++)
        {
            var sum = Vector256<float>.Zero;
            for (var x = 0; x < Block; x++) sum += Vector256.Create(Cosines[x][u]) * Vector256.Create<float>(block[(x * Block)..]);
            sum.CopyTo(columns[(u * Block)..]);
        }
        for (var u = 0; u < Block; u++)
        {
            var sum = Vector256<float>.Zero;
            for (var x = 0; x < Block; x++) sum += Vector256.Create(columns[(u * Block) + x]) * Cosines[x];
            sum.CopyTo(block[(u * Block)..]);
        }
    }

    /// <summary>Row x holds, for every frequency u, half the scaled cosine (T.81, A.3.3).</summary>
    private static Vector256<float>[] MakeCosines() =>
    [
        .. Enumerable.Range(0, Block).Select(x => Vector256.Create<float>(
        [
            .. Enumerable.Range(0, Block).Select(u =>
                (float)(0.5 * (u == 0 ? Math.Sqrt(0.5) : 1) * Math.Cos(((2 * x) + 1) * u * Math.PI / 16))),
        ])),
    ];

    private static byte[] Scale(ReadOnlySpan<byte> table, int quality)
    {
        quality = Math.Clamp(quality, 1, 100);
        // Half the table's steps at 75, the table itself at 50, and steeply coarser below.
        var percent = quality < 50 ? 5000 / quality : 200 - (2 * quality);
        var scaled = new byte[64];
        for (var i = 0; i < 64; i++) scaled[i] = (byte)Math.Clamp(((table[i] * percent) + 50) / 100, 1, 255);
        return scaled;
    }
}
