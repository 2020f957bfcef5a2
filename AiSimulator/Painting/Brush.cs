using System.Numerics;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace AiSimulator.Painting;

/// <summary>
/// Colours for every place. Each brush is a small picture that Skia draws large: that takes it a third of the time of its own gradients, and less
/// where a colour takes long to work out.
/// </summary>
internal static class Brush
{
    /// <summary>The one layout that Skia has short ways for.</summary>
    public const SKColorType Layout = SKColorType.Bgra8888;

    /// <summary>From top to bottom through evenly spaced colours.</summary>
    public static SKShader Vertical(float top, float bottom, params Vector4[] colours) => Linear(new(0, top), new(0, bottom), colours);

    /// <summary>From one corner of a box to the opposite one through evenly spaced colours. What lies beside the box looks like its edge.</summary>
    public static SKShader Linear(Vector2 from, Vector2 to, params Vector4[] colours) => Along(from, to, t => Between(colours, t));

    /// <summary>From a centre outwards through evenly spaced colours.</summary>
    public static SKShader Radial(Vector2 centre, float radius, params Vector4[] colours) => Round(centre, new(radius), t => Between(colours, t));

    /// <summary>From one row to another.</summary>
    /// <param name="top">In pixels.</param>
    /// <param name="bottom">In pixels.</param>
    /// <param name="colour">The colour at a place: 0 is the top, 1 the bottom.</param>
    public static SKShader Band(float top, float bottom, Func<float, Vector4> colour) => Along(new(0, top), new(0, bottom), colour);

    /// <summary>From the middle of an ellipse outwards.</summary>
    /// <param name="centre">In pixels.</param>
    /// <param name="radius">To the right and downwards, in pixels.</param>
    /// <param name="colour">The colour at a distance: 0 is the middle, 1 the edge.</param>
    public static SKShader Round(Vector2 centre, Vector2 radius, Func<float, Vector4> colour)
    {
        var size = Math.Clamp((int)radius.X, 6, 96);
        var middle = new Vector2(size / 2f);
        var place = SKMatrix.CreateScaleTranslation(2 * radius.X / size, 2 * radius.Y / size, centre.X - radius.X, centre.Y - radius.Y);
        return Make(size, size, place, (x, y) => colour(Vector2.Distance(new(x, y), middle) / middle.X));
    }

    /// <summary>Any colours.</summary>
    /// <param name="within">The place that is painted, in pixels.</param>
    /// <param name="step">One pixel in so many, each way, is worked out; those between are blends of their neighbours.</param>
    /// <param name="colour">The colour at an x and a y, in pixels.</param>
    public static SKShader Sampled(SKRect within, int step, Func<float, float, Vector4> colour) => Make(
        (int)(within.Width / step) + 2,
        (int)(within.Height / step) + 2,
        SKMatrix.CreateScaleTranslation(step, step, within.Left, within.Top),
        (x, y) => colour(within.Left + (step * x), within.Top + (step * y)));

    private static SKShader Along(Vector2 from, Vector2 to, Func<float, Vector4> colour)
    {
        var (corner, box) = (Vector2.Min(from, to), Vector2.Abs(to - from));
        var most = Math.Min(box.X, box.Y) < 1 ? 256 : 48;
        var (width, height) = (Math.Clamp((int)box.X, 1, most), Math.Clamp((int)box.Y, 1, most));
        var cell = Vector2.Max(box, new(1e-3f)) / new Vector2(width, height);
        var direction = (to - from) / Math.Max(1e-6f, box.LengthSquared());
        return Make(
            width,
            height,
            SKMatrix.CreateScaleTranslation(cell.X, cell.Y, corner.X, corner.Y),
            (x, y) => colour(Vector2.Dot(corner + (cell * new Vector2(x, y)) - from, direction)));
    }

    private static SKShader Make(int width, int height, SKMatrix place, Func<float, float, Vector4> colour)
    {
        using var bitmap = new SKBitmap(width, height, Layout, SKAlphaType.Premul);
        var pixels = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++) pixels[(y * width) + x] = Pack(colour(x + 0.5f, y + 0.5f));
        }
        bitmap.SetImmutable();
        return bitmap.ToShader(SKShaderTileMode.Clamp, SKShaderTileMode.Clamp, new SKSamplingOptions(SKFilterMode.Linear), place);
    }

    private static uint Pack(Vector4 colour)
    {
        var opaque = Vector4.Clamp((colour with { W = 1 } * colour.W * 255) + new Vector4(0.5f), Vector4.Zero, new Vector4(255));
        return (uint)opaque.Z | ((uint)opaque.Y << 8) | ((uint)opaque.X << 16) | ((uint)opaque.W << 24);
    }

    private static Vector4 Between(Vector4[] colours, float t)
    {
        var place = Math.Clamp(t, 0, 1) * (colours.Length - 1);
        var below = Math.Min((int)place, colours.Length - 2);
        // Eased between the stops: a straight ramp shows a visible crease at each of them.
        var part = place - below;
        return Vector4.Lerp(colours[below], colours[below + 1], colours.Length > 2 ? part + (0.35f * (Stage.Smooth(part) - part)) : part);
    }
}
