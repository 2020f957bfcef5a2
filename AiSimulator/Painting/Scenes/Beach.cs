using System.Numerics;
using AiSimulator.Painting.Subjects;

namespace AiSimulator.Painting.Scenes;

/// <summary>Sea to the horizon; with or without a beach to stand on.</summary>
internal static class Beach
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var horizon = stage.Height * dice.Next(0.5f, 0.56f);
        var sun = Sky.Paint(stage, horizon, 0.5f);
        Water(stage, horizon, sun);
        // The palms stand away from the sun, the boat sails between.
        if (dice.Chance(0.75) || stage.Brief.Subjects.Contains(Subject.Sailboat))
            Figures.Sailboat(stage, new(stage.Width * dice.Next(0.44f, 0.56f), horizon + (stage.Unit * 0.035f)), stage.Unit * dice.Next(0.12f, 0.16f));

        Sand(stage, stage.Height * dice.Next(0.74f, 0.79f));
        var left = sun.X > stage.Width / 2;
        if (!palette.IsNight || dice.Chance(0.5)) Parasol(stage, new(stage.Width * (left ? 0.7f : 0.3f), stage.Height * 0.9f), stage.Unit * 0.2f);
        for (var i = 0; i < 2; i++)
        {
            var height = stage.Unit * (i == 0 ? dice.Next(0.72f, 0.82f) : dice.Next(0.5f, 0.62f));
            var foot = new Vector2(stage.Width * (left ? 0.06f + (0.1f * i) : 0.94f - (0.1f * i)), stage.Height * (1.0f - (0.05f * i)));
            stage.Fill(Shape.Ellipse(foot, height * 0.16f, height * 0.022f), palette.Near.Fade(0.35f));
            var palm = Plants.Palm(foot, height, (left ? 1 : -1) * dice.Next(0.12f, 0.26f), dice);
            stage.Fill(palm, Brush.Vertical(foot.Y - height, foot.Y, palette.Land(0.86f), palette.Near));
        }
        Sky.Birds(stage, new(stage.Width * 0.5f, stage.Height * 0.2f), 5);
    }

    public static void PaintSea(Stage stage)
    {
        var horizon = stage.Height * stage.Dice.Next(0.55f, 0.6f);
        var sun = Sky.Paint(stage, horizon, 0.55f);
        Water(stage, horizon, sun);
        var side = sun.X < stage.Width / 2 ? 0.62f : 0.38f;
        Figures.Sailboat(stage, new(stage.Width * (side + 0.2f), horizon + (stage.Unit * 0.02f)), stage.Unit * 0.07f);
        Figures.Sailboat(stage, new(stage.Width * side, horizon + (stage.Unit * 0.16f)), stage.Unit * 0.34f);
        for (var i = 0; i < 5; i++)
        {
            var (t, offset) = (i / 4f, stage.Dice.Next(0f, 60f));
            var y = stage.Height * (0.8f + (0.055f * i));
            var body = Ink.Mix(stage.Palette.Water, stage.Palette.Near, 0.15f + (0.4f * t));
            float Crest(float x) => y + (stage.Unit * 0.035f * (stage.Noise.Layered((x * (5f - i)) + offset, offset, 2) - 0.5f) * 2);
            stage.Fill(stage.Land(x => Crest(x) - (stage.Unit * 0.003f)), Ink.Mix(body, stage.Palette.Sky[^1], 0.5f).Fade(0.5f));
            stage.Fill(stage.Land(Crest), Brush.Vertical(y - (stage.Unit * 0.03f), y + (stage.Unit * 0.12f), body.Fade(0.72f), body.Darken(0.15f).Fade(0.9f)));
        }
        Sky.Birds(stage, new(stage.Width * 0.5f, stage.Height * 0.2f), 7);
    }

    /// <summary>Water to the bottom of the picture: the sky in it, its own colour, and the light's path.</summary>
    public static void Water(Stage stage, float horizon, Vector2 sun)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var offset = dice.Next(0f, 50f);
        var coast = stage.Unit * dice.Next(0.03f, 0.06f);
        stage.Fill(
            stage.Land(x => horizon + (stage.Unit * 0.01f) - (coast * 4.5f * Math.Max(0, stage.Noise.Layered((x * 3.4f) + offset, 2, 5) - 0.45f))),
            Brush.Vertical(horizon - coast, horizon, palette.Land(0.34f), palette.Land(0.2f)));
        stage.Reflect(horizon, palette.Water, 0.95f);
        stage.Mist(horizon - (stage.Unit * 0.02f), horizon + (stage.Unit * 0.03f), palette.Sky[^1].Fade(0.45f));

        // Short strokes of light, longer and further apart towards the viewer; dense under the sun, thin elsewhere.
        for (var i = 0; i < stage.Many(620); i++)
        {
            var t = dice.Next(0f, 1f);
            t *= t;
            var y = horizon + (t * (stage.Height - horizon)) + 2;
            var below = i % 3 != 0;
            var spread = stage.Unit * (0.02f + (0.16f * t));
            var x = below ? sun.X + ((dice.Next(-1f, 1f) + dice.Next(-1f, 1f)) * spread) : dice.Next(0, stage.Width);
            var length = stage.Unit * (0.004f + (0.034f * t)) * dice.Next(0.4f, 1.2f);
            var colour = below ? palette.Sun.Fade(dice.Next(0.25f, 0.75f)) : palette.Sky[^1].Fade(dice.Next(0.06f, 0.22f));
            stage.Fill(Shape.Ellipse(new(x, y), length, Math.Max(0.5f, length * 0.085f)), colour);
        }
    }

    private static void Sand(Stage stage, float shore)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var offset = dice.Next(0f, 60f);
        float Edge(float x, float shift) => shore + (shift * stage.Unit)
            + (stage.Unit * 0.05f * MathF.Sin((x * 3.1f) + offset)) + (stage.Unit * 0.03f * (stage.Noise.Layered((x * 7) + offset, shift * 9, 3) - 0.5f));
        var foam = Ink.Mix(Ink.White, palette.Haze, palette.IsNight ? 0.55f : 0.22f);
        var wet = Ink.Mix(palette.Ground, palette.Water, 0.45f);
        stage.Fill(stage.Land(x => Edge(x, -0.075f)), foam.Fade(0.22f));
        stage.Fill(stage.Land(x => Edge(x, -0.066f)), Ink.Mix(palette.Water, palette.Sky[^1], 0.45f).Fade(0.55f));
        stage.Fill(stage.Land(x => Edge(x, -0.022f)), foam.Fade(0.9f));
        stage.Fill(stage.Land(x => Edge(x, -0.008f)), Brush.Vertical(shore - (stage.Unit * 0.06f), shore + (stage.Unit * 0.07f), wet.Darken(0.05f), Ink.Mix(wet, palette.Ground, 0.6f)));
        stage.Fill(stage.Land(x => Edge(x, 0.035f)), Brush.Vertical(shore, stage.Height, palette.Ground, palette.Ground.Darken(palette.IsNight ? 0.35f : 0.22f)));
        for (var i = 0; i < stage.Many(500); i++)
        {
            var (x, t) = (dice.Next(0f, 1f), dice.Next(0f, 1f));
            var y = Edge(x, 0.045f) + (t * (stage.Height - shore));
            var size = stage.Unit * 0.0012f * (0.5f + t);
            stage.Fill(Shape.Ellipse(new(x * stage.Width, y), size * 2, size), (dice.Chance(0.5) ? palette.Ground.Darken(0.3f) : palette.Ground.Lighten(0.4f)).Fade(0.4f));
        }
    }

    private static void Parasol(Stage stage, Vector2 foot, float size)
    {
        var palette = stage.Palette;
        var light = Ink.Mix(Ink.White, palette.Haze, palette.IsNight ? 0.6f : 0.15f);
        var colour = palette.IsNight ? Ink.Mix(palette.Accent, palette.Near, 0.45f) : palette.Accent;
        stage.Fill(Shape.Ellipse(foot + new Vector2(size * 0.2f, size * 0.03f), size * 0.75f, size * 0.09f), palette.Near.Fade(0.3f));
        // A towel, as the ground sees it.
        stage.Fill(
            Shape.Polygon(foot + (new Vector2(-0.1f, 0.1f) * size), foot + (new Vector2(0.75f, 0.02f) * size), foot + (new Vector2(0.98f, 0.13f) * size), foot + (new Vector2(0.1f, 0.24f) * size)),
            Brush.Linear(foot, foot + new Vector2(size, 0), Ink.Mix(light, colour, 0.25f), light));
        var top = foot + (new Vector2(-0.16f, -0.95f) * size);
        stage.Fill(new Shape().AddStroke([foot, top], size * 0.016f, size * 0.012f), Ink.Mix(light, palette.Near, 0.25f));
        const int Panels = 8;
        for (var i = 0; i < Panels; i++)
        {
            var (from, to) = (-1 + (2f * i / Panels), -1 + (2f * (i + 1) / Panels));
            Vector2 Rim(float t) => top + new Vector2(t * size * 0.66f, (size * 0.34f) - (size * 0.04f * MathF.Cos(t * MathF.PI * 4)) + (t * size * -0.1f));
            var panel = new List<Vector2> { top };
            for (var j = 0; j <= 6; j++) panel.Add(Bulge(top, Rim(from), j / 6f, size));
            panel.Add(Vector2.Lerp(Rim(from), Rim(to), 0.5f) - new Vector2(0, size * 0.035f));
            for (var j = 6; j >= 0; j--) panel.Add(Bulge(top, Rim(to), j / 6f, size));
            var shade = i % 2 == 0 ? colour : light;
            stage.Fill(new Shape().Add([.. panel]), shade.Darken(0.22f * Math.Abs((i / (Panels - 1f)) - 0.3f)));
        }
    }

    private static Vector2 Bulge(Vector2 top, Vector2 rim, float t, float size) =>
        Vector2.Lerp(top, rim, t) - new Vector2(0, size * 0.16f * MathF.Sin(t * MathF.PI) * Math.Min(1, Math.Abs(rim.X - top.X) / (size * 0.3f) + 0.2f));
}
