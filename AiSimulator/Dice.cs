namespace AiSimulator;

/// <summary>
/// Reproducible chance: the same seed rolls the same numbers on every machine and every release of .NET, which
/// <see cref="Random"/> does not promise. SplitMix64 over an FNV-1a hash of the seed's text.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public static Dice For(params ReadOnlySpan<string> seeds) => new(Hash(seeds));

    public static ulong Hash(params ReadOnlySpan<string> texts)
    {
        var hash = 14695981039346656037UL;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var text in texts)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                var length = rune.EncodeToUtf8(utf8);
                for (var i = 0; i < length; i++) hash = (hash ^ utf8[i]) * 1099511628211UL;
            }
            hash = (hash ^ 0xFF) * 1099511628211UL;
        }
        return Mix(hash);
    }

    /// <summary>The next number, evenly from [0, 1).</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next number, evenly from [from, to).</summary>
    public float Next(float from, float to) => from + ((to - from) * (float)Next());

    /// <summary>The next whole number, evenly from [from, to).</summary>
    public int Next(int from, int to) => from + (int)((to - from) * Next());

    public bool Chance(double probability) => Next() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[Next(0, from.Count)];

    /// <summary>A copy of the list in a new order.</summary>
    public T[] Shuffle<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Next(0, i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
