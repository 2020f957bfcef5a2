namespace AiSimulator.Painting;

/// <summary>Paints to order: never more at once than there are processors, and a picture that was just painted not again.</summary>
internal sealed class Studio(SimulatorOptions options) : IDisposable
{
    private readonly SemaphoreSlim _easels = new(Environment.ProcessorCount);
    private readonly PictureCache _cache = new(options.PictureCacheBytes);

    /// <summary>Bytes that claim nothing: what a broken image looks like to a client.</summary>
    public static byte[] NotAPicture => "this is not a picture"u8.ToArray();

    public async Task<byte[]> PaintAsync(PictureOrder order, CancellationToken cancellation)
    {
        if (options.Pictures == PictureStyle.Plain) order = order with { Prompt = "", Index = 0, Seed = null };
        if (_cache.Find(order) is { } kept) return kept;
        await _easels.WaitAsync(cancellation);
        try
        {
            if (_cache.Find(order) is { } painted) return painted;
            var picture = Paint(order, options);
            _cache.Keep(order, picture);
            return picture;
        }
        finally
        {
            _easels.Release();
        }
    }

    public void Dispose() => _easels.Dispose();

    internal static byte[] Paint(PictureOrder order, SimulatorOptions options)
    {
        using var canvas = new Canvas(order.Width, order.Height);
        if (options.Pictures == PictureStyle.Plain) Painter.Plain(canvas);
        else Painter.Paint(order, options.Seed, canvas);
        return canvas.Encode(order.Format, order.Compression);
    }
}
