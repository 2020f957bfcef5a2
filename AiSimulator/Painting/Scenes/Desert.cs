using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>Dunes, each with a lit and a shaded side, and a cactus or two.</summary>
internal static class Desert
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var horizon = stage.Height * 0.56f;
        var sun = Sky.Paint(stage, horizon, 0.4f);
        var sand = Ink.Mix(palette.Ground, Ink.Hex("E0925A"), palette.IsNight ? 0.1f : 0.55f);
        for (var i = 0; i < 5; i++)
        {
            var t = i / 4f;
            var (offset, top) = (dice.Next(0f, 90f), stage.Height * (0.5f + (0.11f * i)));
            var swing = stage.Unit * (0.1f + (0.07f * t));
            var frequency = (2.1f - (0.6f * t)) * stage.Width / stage.Unit;
            float Crest(float x) => top - (swing * Peak((x * frequency) + offset, stage.Noise));
            var colour = Ink.Mix(palette.Haze, sand, 0.3f + (0.65f * t));
            stage.Fill(stage.Land(Crest), Brush.Vertical(top - swing, top + (swing * 1.6f), Ink.Mix(colour, palette.Sun, 0.35f), colour, colour.Darken(0.14f)));
            // The lee side starts at the crest and leans away from the light.
            var lean = (sun.X < stage.Width / 2 ? 1 : -1) * 0.05f;
            float Lee(float x) => Math.Max(Crest(x), top - (swing * Peak(((x - lean) * frequency) + offset, stage.Noise)) - (swing * 0.03f) + (swing * 0.5f * stage.Noise.At((x * frequency * 2) + offset, 40)));
            stage.Fill(stage.Land(Lee), Ink.Mix(colour, palette.Near, 0.24f).Fade(0.55f));
            stage.Mist(top - (swing * 0.5f), top + (swing * 0.7f), palette.Haze.Fade(0.22f * (1 - t)));
        }
        Cactus(stage, stage.At(dice.Next(0.12f, 0.3f), 0.9f), stage.Unit * 0.26f);
        Cactus(stage, stage.At(dice.Next(0.7f, 0.85f), 0.8f), stage.Unit * 0.13f);
        Sky.Birds(stage, stage.At(0.5f, 0.22f), 3);
    }

    /// <summary>A rounded rise with a sharper top.</summary>
    private static float Peak(float x, Noise noise)
    {
        var n = noise.At(x, 3.7f);
        return 1 - MathF.Pow(Math.Abs((2 * n) - 1), 1.25f);
    }

    private static void Cactus(Stage stage, Vector2 foot, float height)
    {
        var (palette, width) = (stage.Palette, height * 0.075f);
        stage.Fill(Shape.Ellipse(foot, height * 0.3f, height * 0.03f), palette.Near.Fade(0.35f));
        Vector2 P(float x, float y) => foot + (new Vector2(x, y) * height);
        var shape = new Shape()
            .AddStroke([P(0, 0), P(0, -1)], width, width)
            .AddEllipse(P(0, -1), width, width)
            .AddStroke([P(0, -0.34f), P(-0.16f, -0.36f), P(-0.24f, -0.44f), P(-0.25f, -0.66f)], width * 0.65f, width * 0.65f)
            .AddEllipse(P(-0.25f, -0.66f), width * 0.65f, width * 0.65f)
            .AddStroke([P(0, -0.46f), P(0.14f, -0.48f), P(0.21f, -0.56f), P(0.22f, -0.8f)], width * 0.65f, width * 0.65f)
            .AddEllipse(P(0.22f, -0.8f), width * 0.65f, width * 0.65f);
        stage.Fill(shape, Brush.Linear(P(-0.3f, 0), P(0.3f, 0), palette.Land(0.95f), palette.Land(0.8f)));
    }
}
