using System.Numerics;
using SkiaSharp;

namespace AiSimulator.Painting;

/// <summary>What a scene is painted with: canvas, colours, chance, and the strokes that scenes share.</summary>
internal sealed class Stage
{
    public Stage(Canvas canvas, Palette palette, Brief brief, Dice dice, float detail)
    {
        (Canvas, Palette, Brief, Dice, Detail) = (canvas, palette, brief, dice, detail);
        (Width, Height, Unit) = (canvas.Width, canvas.Height, canvas.Unit);
        Noise = new Noise(dice);
    }

    public Canvas Canvas { get; }

    public Palette Palette { get; }

    public Brief Brief { get; }

    public Dice Dice { get; }

    public Noise Noise { get; }

    /// <summary>How much small stuff there is: 1 is the usual.</summary>
    public float Detail { get; }

    public float Width { get; }

    public float Height { get; }

    /// <summary>The shorter side: what sizes are measured in.</summary>
    public float Unit { get; }

    public Vector2 At(float x, float y) => new(x * Width, y * Height);

    public int Many(float usual) => (int)(usual * Detail);

    public void Fill(Shape shape, Vector4 colour) => Canvas.Fill(shape, colour);

    public void Fill(Shape shape, SKShader brush) => Canvas.Fill(shape, brush);

    public void Glow(Vector2 centre, float radius, Vector4 colour, float squash = 1) => Canvas.Glow(centre, radius, colour, squash);

    /// <summary>A line of land from edge to edge, closed along the bottom.</summary>
    /// <param name="height">The line's y, in pixels, for an x from 0 to 1.</param>
    public Shape Land(Func<float, float> height)
    {
        var step = Math.Max(2, Unit / 400);
        var points = new List<Vector2>();
        for (var x = -step; x < Width + step; x += step) points.Add(new(x, height(x / Width)));
        points.Add(new(Width + step, Height + 2));
        points.Add(new(-step, Height + 2));
        return new Shape().Add([.. points]);
    }

    /// <summary>A soft band of mist, strongest in its middle.</summary>
    public void Mist(float top, float bottom, Vector4 colour) => Canvas.FillRows(top, bottom, Brush.Band(top, bottom, t => colour.Fade(colour.W * 4 * t * (1 - t))));

    /// <summary>Lays clouds of noise over a band. They are worked out on a coarse grid: noise this soft needs no more.</summary>
    /// <param name="top">In pixels.</param>
    /// <param name="bottom">In pixels.</param>
    /// <param name="colour">Its alpha is the greatest strength.</param>
    /// <param name="stretch">Width of the clouds against their height.</param>
    /// <param name="size">Of a cloud, in units.</param>
    /// <param name="cover">0 nothing, 1 everything.</param>
    /// <param name="shift">Another part of the same noise.</param>
    public void Clouds(float top, float bottom, Vector4 colour, float stretch, float size, float cover, float shift = 0)
    {
        Canvas.FillRows(top, bottom, Brush.Sampled(new(0, top, Width, bottom), 4, (x, y) =>
        {
            var t = (y - top) / (bottom - top);
            var density = Noise.Layered((x / (size * Unit * stretch)) + shift, ((y - top) / (size * Unit)) + shift, 5);
            return colour.Fade(colour.W * Math.Min(1, 5 * Math.Min(t, 1 - t)) * Smooth((density - (1 - cover)) / 0.28f));
        }));
    }

    /// <summary>Turns what lies above a line upside down below it, as water does, broken by ripples and tinted.</summary>
    public void Reflect(float shore, Vector4 tint, float depth = 1)
    {
        var first = (int)shore;
        for (var y = first; y < (int)Height; y++)
        {
            var t = (y - shore) / Math.Max(1, Height - shore);
            var row = Canvas.Row(y);
            var ripple = Noise.At(y * 0.35f, 3.3f) + Noise.At(y * 0.11f, 9.1f) - 1;
            var shift = ripple * Unit * 0.02f * (0.15f + t);
            var source = Canvas.Row((int)Math.Clamp(first - 1 - ((y - first) * depth) + (shift * 2), 0, first - 1));
            var offset = (int)shift;
            if (offset >= 0)
            {
                source[offset..].CopyTo(row);
                row[^offset..].Fill(source[^1]);
            }
            else
            {
                source[..^-offset].CopyTo(row[-offset..]);
                row[..-offset].Fill(source[0]);
            }
        }
        Canvas.FillRows(first, Height, Brush.Band(shore, Height, t => tint.Fade(0.25f + (0.55f * t))));
    }

    public static float Smooth(float t)
    {
        t = Math.Clamp(t, 0, 1);
        return t * t * (3 - (2 * t));
    }
}
