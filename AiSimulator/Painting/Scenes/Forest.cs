using System.Numerics;
using AiSimulator.Painting.Subjects;

namespace AiSimulator.Painting.Scenes;

/// <summary>A clearing in the mist: rows of trees, beams of light, a path, fireflies at night.</summary>
internal static class Forest
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var light = new Vector2(stage.Width * dice.Next(0.38f, 0.62f), stage.Height * 0.3f);
        var fog = Ink.Mix(palette.Sky[^1], palette.Haze, 0.4f);
        stage.Canvas.Fill(Brush.Vertical(0, stage.Height, Ink.Mix(palette.Sky[1], palette.Haze, 0.25f), fog, Ink.Mix(fog, palette.Near, 0.4f)));
        if (palette.IsNight) Sky.Stars(stage, stage.Height * 0.4f, 120);
        stage.Glow(light, stage.Unit * 0.8f, palette.Sun.Fade(0.6f));
        stage.Fill(Shape.Circle(light, stage.Unit * 0.05f), palette.Sun.Fade(0.9f));

        const int Rows = 6;
        for (var row = 0; row < Rows; row++)
        {
            var t = row / (Rows - 1f);
            Trees(stage, t, light.X);
            if (row == 2 && palette.Hour != Hour.Night) Beams(stage, light);
            stage.Mist(stage.Height * (0.42f + (0.06f * row)), stage.Height * (0.76f + (0.07f * row)), fog.Fade(0.42f * (1 - t)));
        }
        Path(stage, light.X);
        var sparks = palette.IsNight ? Ink.Hex("FFE9A0") : palette.Sun;
        for (var i = 0; i < stage.Many(palette.IsNight ? 46 : 26); i++)
        {
            var place = stage.At(dice.Next(0f, 1f), dice.Next(0.4f, 0.95f));
            stage.Glow(place, stage.Unit * dice.Next(0.006f, 0.018f), sparks.Fade(0.8f));
        }
    }

    private static void Trees(Stage stage, float t, float opening)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var ground = stage.Height * (0.6f + (0.34f * t));
        var colour = palette.Land(0.14f + (0.86f * t * t));
        if (palette.Hour == Hour.Sunset && t is > 0.3f and < 0.9f) colour = Ink.Mix(colour, palette.Accent, 0.14f);
        var offset = dice.Next(0f, 60f);
        float Line(float x) => ground + (stage.Unit * 0.05f * (stage.Noise.Layered((x * 4) + offset, 3, 3) - 0.5f));
        var trees = new Shape();
        var count = stage.Many((26 - (15 * t)) * stage.Width / stage.Unit);
        for (var i = 0; i < count; i++)
        {
            var x = (i + dice.Next(-0.4f, 0.4f)) / (count - 1f);
            var free = stage.Unit * (0.05f + (0.3f * t));
            if (Math.Abs((x * stage.Width) - opening) < free) continue;
            var height = stage.Unit * (0.28f + (0.62f * t)) * dice.Next(0.7f, 1.15f);
            var foot = new Vector2(x * stage.Width, Line(x) + 4);
            if (t > 0.75f && dice.Chance(0.35)) Trunk(trees, foot, stage, dice);
            else Plants.Fir(trees, foot, height, dice);
        }
        stage.Fill(trees, Brush.Vertical(ground - (stage.Unit * 0.7f), ground, colour.Darken(0.06f), Ink.Mix(colour, palette.Haze, 0.22f * (1 - t))));
        stage.Fill(stage.Land(Line), Brush.Vertical(ground - (stage.Unit * 0.02f), ground + (stage.Unit * 0.2f), Ink.Mix(colour, palette.Haze, 0.12f * (1 - t)), colour.Darken(0.2f)));
    }

    private static void Trunk(Shape into, Vector2 foot, Stage stage, Dice dice)
    {
        var (width, lean) = (stage.Unit * dice.Next(0.018f, 0.032f), dice.Next(-0.05f, 0.05f) * stage.Unit);
        into.AddStroke([foot + new Vector2(0, 10), foot - new Vector2(-lean * 0.3f, stage.Height * 0.4f), new(foot.X + lean, -10)], width * 1.25f, width * 0.7f);
        for (var i = 0; i < 5; i++)
        {
            var y = foot.Y - (stage.Height * dice.Next(0.35f, 0.9f));
            var side = dice.Chance(0.5) ? 1 : -1;
            var reach = stage.Unit * dice.Next(0.06f, 0.16f);
            var from = new Vector2(foot.X, y);
            Vector2[] branch = [from, from + new Vector2(side * reach * 0.5f, -reach * 0.25f), from + new Vector2(side * reach, -reach * 0.6f)];
            into.AddStroke(branch, width * 0.26f, 1);
        }
    }

    private static void Beams(Stage stage, Vector2 light)
    {
        for (var i = 0; i < 8; i++)
        {
            var angle = stage.Dice.Next(0.25f, MathF.PI - 0.25f);
            var (sin, cos) = MathF.SinCos(angle);
            var (sin2, cos2) = MathF.SinCos(angle + stage.Dice.Next(0.03f, 0.09f));
            var reach = stage.Unit * 0.95f;
            stage.Fill(
                Shape.Polygon(light, light + (new Vector2(cos, sin) * reach), light + (new Vector2(cos2, sin2) * reach)),
                Brush.Radial(light, reach, stage.Palette.Sun.Fade(0.28f), stage.Palette.Sun.Fade(0f)));
        }
    }

    private static void Path(Stage stage, float opening)
    {
        var palette = stage.Palette;
        var (left, right) = (new List<Vector2>(), new List<Vector2>());
        for (var i = 0; i <= 24; i++)
        {
            var t = i / 24f;
            var y = stage.Height * (0.72f + (0.3f * t));
            var x = opening + (MathF.Sin(t * 4.2f) * stage.Unit * 0.07f * (1 - (t * 0.4f)));
            var half = stage.Unit * (0.006f + (0.13f * t * t));
            left.Add(new(x - half, y));
            right.Insert(0, new(x + half, y));
        }
        var ground = Ink.Mix(palette.Ground, palette.Near, 0.45f);
        stage.Fill(new Shape().Add([.. left, .. right]), Brush.Vertical(stage.Height * 0.72f, stage.Height, Ink.Mix(ground, palette.Haze, 0.5f).Fade(0.7f), ground.Darken(0.25f).Fade(0.85f)));
    }
}
