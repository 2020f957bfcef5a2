namespace AiSimulator.Painting;

/// <summary>The file formats that the simulator can write.</summary>
internal enum PictureFormat
{
    Png,
    Jpeg,
}

/// <summary>How much a picture shows.</summary>
internal enum PictureDetail
{
    Low,
    Medium,
    High,
}

/// <summary>What to paint. Equal orders give equal bytes.</summary>
/// <param name="Prompt">Decides what is seen.</param>
/// <param name="Index">The place in a series: the same scene from another angle, at another hour.</param>
/// <param name="Width">In pixels, 16 to 2048.</param>
/// <param name="Height">In pixels, 16 to 2048.</param>
internal sealed record PictureOrder(string Prompt, int Index, int Width, int Height)
{
    public PictureFormat Format { get; init; }

    /// <summary>For JPEG: 0 (smallest) to 100 (best).</summary>
    public int Compression { get; init; } = 90;

    public PictureDetail Detail { get; init; } = PictureDetail.Medium;

    /// <summary>A client's own seed, where its provider takes one.</summary>
    public long? Seed { get; init; }
}
