using System.Buffers;
using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>Pixels in the making: red, green and blue from 0 to 1 in a vector each. Its memory goes back to a pool at the end.</summary>
internal sealed class Canvas : IDisposable
{
    private Vector4[] _pixels;

    public Canvas(int width, int height)
    {
        (Width, Height) = (width, height);
        _pixels = ArrayPool<Vector4>.Shared.Rent(width * height);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>What sizes are measured in: the shorter side.</summary>
    public float Unit => Math.Min(Width, Height);

    public Span<Vector4> Row(int y) => _pixels.AsSpan(y * Width, Width);

    public void Dispose()
    {
        if (_pixels.Length > 0) ArrayPool<Vector4>.Shared.Return(_pixels);
        _pixels = [];
    }

    /// <summary>Fills everything.</summary>
    public void Fill(Brush brush)
    {
        for (var y = 0; y < Height; y++)
        {
            var row = Row(y);
            if (brush.IsSameAlongRow)
            {
                row.Fill(brush.At(0, y));
                continue;
            }
            for (var x = 0; x < row.Length; x++) row[x] = brush.At(x, y);
        }
    }

    /// <summary>Lays a soft round light or shade over the picture, strongest in its middle.</summary>
    /// <param name="centre">In pixels.</param>
    /// <param name="radius">Where it ends, in pixels.</param>
    /// <param name="colour">What it tends to; its alpha is the strength in the middle.</param>
    /// <param name="squash">Height against width.</param>
    public void Glow(Vector2 centre, float radius, Vector4 colour, float squash = 1)
    {
        var (top, bottom) = ((int)Math.Max(0, centre.Y - (radius * squash)), (int)Math.Min(Height, centre.Y + (radius * squash) + 1));
        var (left, right) = ((int)Math.Max(0, centre.X - radius), (int)Math.Min(Width, centre.X + radius + 1));
        var inverse = 1 / (radius * radius);
        for (var y = top; y < bottom; y++)
        {
            var row = Row(y);
            var dy = (y - centre.Y) / squash;
            for (var x = left; x < right; x++)
            {
                var dx = x - centre.X;
                var near = 1 - (((dx * dx) + (dy * dy)) * inverse);
                if (near > 0) row[x] += (colour - row[x]) * (colour.W * near * near * near);
            }
        }
    }

    /// <summary>The finished picture, three bytes a pixel.</summary>
    /// <param name="vignette">How much darker the corners are, 0 to 1.</param>
    /// <param name="grain">How far brightness strays, in steps of 1/255.</param>
    public byte[] ToRgb(float vignette, float grain)
    {
        var rgb = new byte[Width * Height * 3];
        var (halfWidth, halfHeight) = (Width / 2f, Height / 2f);
        var noise = 0x9E3779B9u;
        var at = 0;
        for (var y = 0; y < Height; y++)
        {
            var dy = (y - halfHeight) / halfHeight;
            var row = Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                var dx = (x - halfWidth) / halfWidth;
                var distance = (dx * dx) + (dy * dy);
                noise ^= noise << 13;
                noise ^= noise >> 17;
                noise ^= noise << 5;
                var light = 255 * (1 - (vignette * distance * distance * 0.25f));
                var shift = 0.5f + (grain * (((noise & 0xFFFF) / 32768f) - 1));
                var final = Vector4.Clamp((row[x] * light) + new Vector4(shift), Vector4.Zero, new Vector4(255));
                rgb[at++] = (byte)final.X;
                rgb[at++] = (byte)final.Y;
                rgb[at++] = (byte)final.Z;
            }
        }
        return rgb;
    }
}
