namespace Endurance.Node;

/// <summary>Arithmetic whose result shows whether every step ran, once, and in order.</summary>
internal static class Mixing
{
    /// <summary>A step of a linear congruential generator (Knuth's MMIX constants).</summary>
    public static long Next(long value) => unchecked((value * 6364136223846793005) + 1442695040888963407);

    public static long Next(long value, int times)
    {
        for (var i = 0; i < times; i++)
        {
            value = Next(value);
        }

        return value;
    }
}
