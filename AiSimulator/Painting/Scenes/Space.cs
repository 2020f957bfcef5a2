using System.Numerics;
using SkiaSharp;

namespace AiSimulator.Painting.Scenes;

/// <summary>A planet with rings and moons before a nebula.</summary>
internal static class Space
{
    private static readonly Vector4 Vivid = Ink.Hex("4B2FA8");

    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var deep = Ink.Mix(palette.Sky[0], Ink.Hex("03040D"), 0.75f);
        stage.Canvas.Fill(Brush.Linear(Vector2.Zero, new(stage.Width, stage.Height), deep, Ink.Mix(deep, palette.Sky[1], 0.35f), deep));
        stage.Clouds(-40, stage.Height + 40, Ink.Mix(Vivid, palette.Accent, 0.3f).Fade(0.5f), 1.5f, 0.34f, 0.6f, dice.Next(0f, 80f));
        stage.Clouds(-40, stage.Height + 40, Ink.Mix(palette.Sky[^2], palette.Accent, 0.35f).Fade(0.45f), 1.2f, 0.26f, 0.42f, dice.Next(0f, 80f));
        stage.Clouds(-40, stage.Height + 40, deep.Fade(0.8f), 1.4f, 0.2f, 0.46f, dice.Next(0f, 80f));
        Sky.Stars(stage, stage.Height * 1.3f, 620);

        var centre = stage.At(dice.Next(0.38f, 0.62f), dice.Next(0.48f, 0.58f));
        var radius = stage.Unit * dice.Next(0.24f, 0.29f);
        var colour = Ink.Mix(palette.Accent, palette.Sky[^2], 0.4f);
        var hasRings = dice.Chance(0.7);
        var tilt = dice.Next(-0.35f, -0.15f);
        stage.Glow(centre, radius * 1.9f, palette.Sky[^1].Fade(0.4f));
        if (hasRings) Rings(stage, centre, radius, tilt, isFront: false);
        Planet(stage, centre, radius, colour, palette.Sky[^1], deep, tilt);
        if (hasRings) Rings(stage, centre, radius, tilt, isFront: true);
        for (var i = 0; i < 2; i++)
        {
            var (sin, cos) = MathF.SinCos(dice.Next(0, MathF.Tau));
            var moon = centre + (new Vector2(cos, sin * 0.8f) * radius * dice.Next(1.5f, 1.75f));
            Planet(stage, moon, radius * (0.13f - (0.06f * i)), palette.Haze, palette.Sun, deep, 0.3f);
        }
    }

    private static void Rings(Stage stage, Vector2 centre, float radius, float tilt, bool isFront)
    {
        var (sin, cos) = MathF.SinCos(tilt);
        for (var ring = 0; ring < 9; ring++)
        {
            var reach = radius * (1.38f + (0.075f * ring));
            var points = new Vector2[61];
            for (var i = 0; i < points.Length; i++)
            {
                var (y, x) = MathF.SinCos((isFront ? 0 : MathF.PI) + (MathF.PI * i / (points.Length - 1f)));
                points[i] = centre + new Vector2((x * reach * cos) - (y * reach * 0.26f * sin), (x * reach * sin) + (y * reach * 0.26f * cos));
            }
            var strength = 0.2f + (0.55f * stage.Noise.At(ring * 0.9f, 77));
            var colour = Ink.Mix(stage.Palette.Sun, stage.Palette.Accent, 0.2f + (0.4f * stage.Noise.At(ring * 1.7f, 12)));
            stage.Fill(new Shape().AddStroke(points, radius * 0.021f, radius * 0.021f), colour.Fade(strength));
        }
    }

    /// <summary>A sphere with bands of weather, lit from the upper left.</summary>
    private static void Planet(Stage stage, Vector2 centre, float radius, Vector4 colour, Vector4 light, Vector4 dark, float tilt)
    {
        var axis = new Vector2(MathF.Sin(-tilt), MathF.Cos(tilt));
        stage.Fill(Shape.Circle(centre, radius), Brush.Sampled(SKRect.Create(centre.X - radius, centre.Y - radius, 2 * radius, 2 * radius), 2, At));

        Vector4 At(float x, float y)
        {
            var at = (new Vector2(x, y) - centre) / radius;
            var depth = MathF.Sqrt(Math.Max(0, 1 - at.LengthSquared()));
            var latitude = Vector2.Dot(at, axis);
            var along = Vector2.Dot(at, new(axis.Y, -axis.X)) / (0.35f + depth);
            var band = stage.Noise.Layered((latitude * 5.5f) + (stage.Noise.At(along * 2.2f, latitude * 7) * 0.8f), along * 0.35f, 3);
            var ground = Vector4.Lerp(Ink.Mix(colour, dark, 0.35f), Ink.Mix(colour, light, 0.5f), Stage.Smooth((band - 0.3f) * 2.3f));
            var lit = Stage.Smooth(((at.X * -0.55f) + (at.Y * -0.5f) + (depth * 0.72f) + 0.22f) / 1.1f);
            var rim = MathF.Pow(1 - depth, 3) * lit;
            return Vector4.Lerp(Vector4.Lerp(dark, ground, lit), light, 0.55f * rim);
        }
    }
}
