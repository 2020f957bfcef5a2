using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>Turns an order into pixels.</summary>
internal static class Painter
{
    /// <summary>A quiet gradient.</summary>
    public static byte[] Plain(int width, int height)
    {
        using var canvas = new Canvas(width, height);
        canvas.Fill(Brush.Vertical(0, height, new Vector4(0.36f, 0.48f, 0.66f, 1), new Vector4(0.93f, 0.87f, 0.80f, 1)));
        return canvas.ToRgb(0, 0);
    }

    public static byte[] Paint(PictureOrder order, long seed) => Plain(order.Width, order.Height);
}
