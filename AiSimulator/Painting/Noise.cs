namespace AiSimulator.Painting;

/// <summary>Smooth noise: random values on a grid, eased between, in several octaves.</summary>
internal sealed class Noise
{
    private const int Size = 256;

    private readonly float[] _values = new float[Size * Size];

    public Noise(Dice dice)
    {
        // One stream of bits for the table: two values out of each draw.
        for (var i = 0; i < _values.Length; i += 2)
        {
            var bits = dice.NextBits();
            _values[i] = (uint)bits * (1f / uint.MaxValue);
            _values[i + 1] = (uint)(bits >> 32) * (1f / uint.MaxValue);
        }
    }

    /// <summary>One octave, 0 to 1; the grid's cells are one wide.</summary>
    public float At(float x, float y)
    {
        var (cellX, cellY) = (MathF.Floor(x), MathF.Floor(y));
        var (fx, fy) = (x - cellX, y - cellY);
        fx *= fx * (3 - (2 * fx));
        fy *= fy * (3 - (2 * fy));
        var (x0, y0) = ((int)cellX & (Size - 1), ((int)cellY & (Size - 1)) * Size);
        var (x1, y1) = ((x0 + 1) & (Size - 1), (y0 + Size) & ((Size * Size) - 1));
        var top = _values[y0 + x0] + ((_values[y0 + x1] - _values[y0 + x0]) * fx);
        var bottom = _values[y1 + x0] + ((_values[y1 + x1] - _values[y1 + x0]) * fx);
        return top + ((bottom - top) * fy);
    }

    /// <summary>Octaves, each twice as fine and half as strong; 0 to 1, mostly around a half.</summary>
    public float Layered(float x, float y, int octaves)
    {
        var (sum, strength, total) = (0f, 1f, 0f);
        for (var i = 0; i < octaves; i++)
        {
            sum += At(x, y) * strength;
            total += strength;
            strength *= 0.5f;
            (x, y) = ((x * 2.03f) + 17.1f, (y * 2.03f) + 5.7f);
        }
        return sum / total;
    }
}
