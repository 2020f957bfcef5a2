using System.Numerics;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace AiSimulator.Painting;

/// <summary>A picture in the making.</summary>
internal sealed class Canvas : IDisposable
{
    private readonly SKBitmap _pixels;
    private readonly SKCanvas _canvas;
    private readonly SKPaint _paint = new() { IsAntialias = true };

    public Canvas(int width, int height)
    {
        _pixels = new SKBitmap(width, height, Brush.Layout, SKAlphaType.Opaque);
        _canvas = new SKCanvas(_pixels);
    }

    public int Width => _pixels.Width;

    public int Height => _pixels.Height;

    /// <summary>What sizes are measured in: the shorter side.</summary>
    public float Unit => Math.Min(Width, Height);

    /// <summary>A row of pixels, one number each.</summary>
    public Span<uint> Row(int y) => MemoryMarshal.Cast<byte, uint>(_pixels.GetPixelSpan()).Slice(y * Width, Width);

    /// <summary>Fills everything.</summary>
    public void Fill(SKShader brush) => With(brush, _canvas.DrawPaint);

    /// <summary>Fills a shape, which cannot be used again.</summary>
    public void Fill(Shape shape, Vector4 colour)
    {
        using (shape)
        {
            using var path = shape.Detach();
            _paint.ColorF = new(colour.X, colour.Y, colour.Z, colour.W);
            _canvas.DrawPath(path, _paint);
        }
    }

    /// <inheritdoc cref="Fill(Shape, Vector4)"/>
    public void Fill(Shape shape, SKShader brush)
    {
        using (shape)
        {
            using var path = shape.Detach();
            With(brush, paint => _canvas.DrawPath(path, paint));
        }
    }

    /// <summary>Fills the pixels from one row to another.</summary>
    public void FillRows(float top, float bottom, SKShader brush) => With(brush, paint => _canvas.DrawRect(0, top, Width, bottom - top, paint));

    /// <summary>Lays a soft round light or shade over the picture, strongest in its middle.</summary>
    /// <param name="centre">In pixels.</param>
    /// <param name="radius">Where it ends, in pixels.</param>
    /// <param name="colour">What it tends to; its alpha is the strength in the middle.</param>
    /// <param name="squash">Height against width.</param>
    public void Glow(Vector2 centre, float radius, Vector4 colour, float squash = 1)
    {
        var reach = new Vector2(radius, radius * squash);
        With(
            Brush.Round(centre, reach, t => colour.Fade(colour.W * MathF.Pow(Math.Max(0, 1 - (t * t)), 3))),
            paint => _canvas.DrawRect(centre.X - reach.X, centre.Y - reach.Y, 2 * reach.X, 2 * reach.Y, paint));
    }

    /// <summary>Darkens the corners.</summary>
    /// <param name="strength">How much darker they become, 0 to 1.</param>
    public void Vignette(float strength) => Fill(Brush.Round(
        new(Width / 2f, Height / 2f), new Vector2(Width, Height) / MathF.Sqrt(2), t => Ink.Black.Fade(strength * t * t * t * t)));

    /// <summary>The picture as a file.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="quality">For JPEG: 0 (smallest) to 100 (best).</param>
    public byte[] Encode(PictureFormat format, int quality)
    {
        using var pixels = _pixels.PeekPixels();
        // The fastest that deflate has: a server's picture is made once and read once.
        using var file = format == PictureFormat.Png
            ? pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1))
            : pixels.Encode(new SKJpegEncoderOptions(quality));
        return file!.ToArray();
    }

    public void Dispose()
    {
        _paint.Dispose();
        _canvas.Dispose();
        _pixels.Dispose();
    }

    private void With(SKShader brush, Action<SKPaint> draw)
    {
        _paint.Color = SKColors.Black;
        _paint.Shader = brush;
        draw(_paint);
        _paint.Shader = null;
        brush.Dispose();
    }
}
