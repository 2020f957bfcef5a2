using System.Globalization;
using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>Colours as vectors: red, green, blue and opacity, 0 to 1.</summary>
internal static class Ink
{
    public static readonly Vector4 White = Vector4.One;

    public static readonly Vector4 Black = new(0, 0, 0, 1);

    /// <summary>From six hexadecimal digits.</summary>
    public static Vector4 Hex(string digits)
    {
        var value = uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new Vector4((value >> 16) & 0xFF, (value >> 8) & 0xFF, value & 0xFF, 255) / 255;
    }

    public static Vector4[] Hexes(string several) => [.. several.Split(' ').Select(Hex)];

    public static Vector4 Mix(Vector4 from, Vector4 to, float part) => Vector4.Lerp(from, to, part);

    public static Vector4 Fade(this Vector4 colour, float opacity) => colour with { W = opacity };

    public static Vector4 Lighten(this Vector4 colour, float part) => Vector4.Lerp(colour, White, part) with { W = colour.W };

    public static Vector4 Darken(this Vector4 colour, float part) => Vector4.Lerp(colour, Black, part) with { W = colour.W };
}
