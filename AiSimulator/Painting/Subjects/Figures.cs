using System.Numerics;

namespace AiSimulator.Painting.Subjects;

/// <summary>What stands in the foreground, or sails in the distance.</summary>
internal static class Figures
{
    // A cat that sits and looks away from us, one unit high, its feet at the origin.
    private static readonly Shape CatBody = Shape.Parse(
        "M -0.21 0 C -0.29 -0.06 -0.28 -0.2 -0.23 -0.32 C -0.19 -0.41 -0.15 -0.5 -0.155 -0.6 C -0.21 -0.66 -0.23 -0.74 -0.215 -0.84 "
        + "L -0.235 -1 C -0.19 -0.98 -0.14 -0.94 -0.11 -0.905 C -0.05 -0.925 0.03 -0.925 0.09 -0.905 C 0.12 -0.94 0.17 -0.98 0.215 -1 "
        + "L 0.195 -0.84 C 0.21 -0.74 0.19 -0.66 0.135 -0.6 C 0.13 -0.5 0.17 -0.41 0.21 -0.32 C 0.26 -0.2 0.27 -0.06 0.19 0 Z");

    // A dog that sits, seen from the side, looking to the right.
    private static readonly Shape DogBody = Shape.Parse(
        "M -0.34 0 C -0.38 -0.12 -0.33 -0.28 -0.22 -0.4 C -0.13 -0.5 -0.06 -0.58 -0.04 -0.7 C -0.1 -0.72 -0.13 -0.68 -0.16 -0.62 C -0.2 -0.68 -0.17 -0.82 -0.09 -0.9 "
        + "C -0.03 -0.97 0.07 -1 0.14 -0.96 C 0.2 -0.94 0.22 -0.89 0.25 -0.86 L 0.4 -0.82 C 0.43 -0.79 0.41 -0.73 0.36 -0.72 L 0.22 -0.7 C 0.17 -0.67 0.17 -0.6 0.18 -0.52 "
        + "C 0.21 -0.4 0.2 -0.25 0.2 -0.06 L 0.27 -0.03 C 0.29 -0.01 0.28 0 0.26 0 Z");

    public static void Cat(Stage stage, Vector2 foot, float height)
    {
        var palette = stage.Palette;
        var place = Matrix3x2.CreateScale(stage.Dice.Chance(0.5) ? height : -height, height) * Matrix3x2.CreateTranslation(foot);
        Shadow(stage, foot, height * 0.42f);
        var tail = new Vector2[18];
        for (var i = 0; i < tail.Length; i++)
        {
            var t = i / (tail.Length - 1f);
            // Along the ground, then up in a hook.
            var (from, to) = (Vector2.Lerp(new(0.1f, -0.06f), new(0.62f, 0.03f), t), Vector2.Lerp(new(0.62f, 0.03f), new(0.5f, -0.42f), t));
            tail[i] = Vector2.Lerp(from, to, t);
        }
        var shape = new Shape().AddStroke(tail, 0.052f, 0.03f).AddEllipse(tail[^1], 0.03f, 0.03f).Transform(place);
        Silhouette(stage, CatBody.Transform(place), height, shape);
    }

    public static void Dog(Stage stage, Vector2 foot, float height)
    {
        var place = Matrix3x2.CreateScale(stage.Dice.Chance(0.5) ? height : -height, height) * Matrix3x2.CreateTranslation(foot);
        Shadow(stage, foot, height * 0.46f);
        Vector2[] tail = [new(-0.3f, -0.05f), new(-0.42f, -0.06f), new(-0.52f, -0.12f), new(-0.57f, -0.22f)];
        Silhouette(stage, DogBody.Transform(place), height, new Shape().AddStroke(tail, 0.045f, 0.02f).Transform(place));
    }

    /// <summary>A boat whose waterline is at a point, with its picture in the water.</summary>
    public static void Sailboat(Stage stage, Vector2 waterline, float height)
    {
        var palette = stage.Palette;
        var light = Ink.Mix(Ink.White, palette.Sky[^1], palette.IsNight ? 0.75f : 0.3f);
        var side = stage.Dice.Chance(0.5) ? 1f : -1f;
        Vector2 P(float x, float y) => waterline + (new Vector2(x * side, y) * height);
        var shadow = new Shape().Add(P(-0.2f, 0.01f), P(0.22f, 0.01f), P(0.1f, 0.3f), P(0.02f, 0.5f), P(-0.04f, 0.3f));
        stage.Fill(shadow, Brush.Vertical(waterline.Y, waterline.Y + (height * 0.5f), light.Fade(0.34f), light.Fade(0f)));
        stage.Fill(Curved(P, (0.012f, -0.98f), (0.27f, -0.45f), (0.3f, -0.11f), (0.02f, -0.1f)), Brush.Linear(P(0, 0), P(0.3f, 0), light, Ink.Mix(light, palette.Near, 0.22f)));
        stage.Fill(Curved(P, (-0.015f, -0.84f), (-0.12f, -0.42f), (-0.24f, -0.1f), (-0.02f, -0.11f)), Ink.Mix(light, palette.Accent, 0.55f));
        stage.Fill(new Shape().AddStroke([P(0, 0), P(0, -1)], height * 0.007f, height * 0.005f), palette.Land(0.9f));
        stage.Fill(Shape.Parse("M -0.26 -0.075 L 0.3 -0.075 C 0.27 -0.02 0.24 0 0.2 0.012 L -0.19 0.012 C -0.22 0 -0.25 -0.04 -0.26 -0.075 Z").Transform(
            Matrix3x2.CreateScale(height * side, height) * Matrix3x2.CreateTranslation(waterline)), palette.Land(0.92f));
    }

    public static void Balloon(Stage stage, Vector2 centre, float size)
    {
        var palette = stage.Palette;
        Vector4[] stripes = [palette.Accent, palette.Sun, Ink.Mix(palette.Accent, palette.Near, 0.4f), palette.Sun];
        for (var i = 0; i < 7; i++)
        {
            var (from, to) = (-1 + (2f * i / 7), -1 + (2f * (i + 1) / 7));
            var gore = new List<Vector2>();
            for (var j = 0; j <= 20; j++) gore.Add(Envelope(centre, size, from, j / 20f));
            for (var j = 20; j >= 0; j--) gore.Add(Envelope(centre, size, to, j / 20f));
            stage.Fill(new Shape().Add([.. gore]), stripes[i % 4].Darken(0.28f * Math.Max(0, (from + to) / 2)));
        }
        var foot = centre.Y + (size * 1.3f);
        foreach (var x in (ReadOnlySpan<float>)[-0.13f, 0.13f])
            stage.Fill(new Shape().AddStroke([centre + new Vector2(x * size, size * 1.02f), new(centre.X + (x * 0.7f * size), foot)], size * 0.008f, size * 0.008f), palette.Near);
        stage.Fill(Shape.Rectangle(centre.X - (size * 0.1f), foot, size * 0.2f, size * 0.16f), palette.Near);
        stage.Glow(centre + new Vector2(-size * 0.35f, -size * 0.35f), size * 0.6f, Ink.White.Fade(0.28f));
    }

    private static Vector2 Envelope(Vector2 centre, float size, float across, float t)
    {
        // A sphere that narrows to its mouth.
        var angle = t * MathF.PI;
        var half = MathF.Sin(angle) * (t > 0.5f ? 1 - (0.22f * (t - 0.5f)) : 1);
        if (t > 0.92f) half = Math.Max(half, 0.15f);
        return centre + new Vector2(MathF.Sin(across * MathF.PI / 2) * half * size, -MathF.Cos(angle) * size * (t > 0.5f ? 1.1f : 1));
    }

    private static Shape Curved(Func<float, float, Vector2> at, (float X, float Y) top, (float X, float Y) belly, (float X, float Y) tip, (float X, float Y) foot)
    {
        var points = new List<Vector2>();
        for (var i = 0; i <= 12; i++)
        {
            var t = i / 12f;
            points.Add(Vector2.Lerp(Vector2.Lerp(at(top.X, top.Y), at(belly.X, belly.Y), t), Vector2.Lerp(at(belly.X, belly.Y), at(tip.X, tip.Y), t), t));
        }
        points.Add(at(foot.X, foot.Y));
        return new Shape().Add([.. points]);
    }

    /// <summary>A figure against the light: dark, with a thin bright rim on top.</summary>
    private static void Silhouette(Stage stage, Shape body, float height, Shape behind)
    {
        var palette = stage.Palette;
        var (fur, rim) = (palette.Near.Darken(0.15f), Ink.Mix(palette.Sun, palette.Accent, 0.25f));
        var lift = Matrix3x2.CreateTranslation(0, -height * 0.009f);
        stage.Fill(behind, fur);
        stage.Fill(body.Transform(lift), rim.Fade(0.75f));
        stage.Fill(body, fur);
    }

    private static void Shadow(Stage stage, Vector2 foot, float radius) =>
        stage.Fill(Shape.Ellipse(foot + new Vector2(0, radius * 0.03f), radius, radius * 0.13f), stage.Palette.Near.Fade(0.35f));
}
