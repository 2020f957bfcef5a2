using System.Numerics;
using AiSimulator.Painting.Subjects;

namespace AiSimulator.Painting.Scenes;

/// <summary>Rolling hills, groups of trees, and flowers right in front of the viewer.</summary>
internal static class Meadow
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var horizon = stage.Height * 0.55f;
        var sun = Sky.Paint(stage, horizon, 0.52f);
        var grass = Ink.Mix(palette.Near, Ink.Hex(palette.IsNight ? "1F4D4A" : "7FA650"), palette.IsNight ? 0.4f : 0.62f);
        if (stage.Brief.Subjects.Contains(Subject.Balloon) || dice.Chance(0.3)) Balloons(stage, sun);
        for (var i = 0; i < 5; i++)
        {
            var t = i / 4f;
            var offset = dice.Next(0f, 90f);
            var top = stage.Height * (0.47f + (0.1f * i));
            var swing = stage.Unit * (0.16f - (0.015f * i));
            float Line(float x) => top + (swing * (stage.Noise.At((x * (1.6f + (0.3f * i)) * stage.Width / stage.Unit) + offset, offset) - 0.5f));
            var colour = Ink.Mix(palette.Haze, grass, 0.25f + (0.7f * t));
            if (i is 1 or 2) Trees(stage, Line, colour, offset, 0.06f + (0.035f * i));
            stage.Fill(stage.Land(Line), Brush.Vertical(top - (swing * 0.4f), top + (stage.Height * 0.26f), Ink.Mix(colour, palette.Sun, 0.22f), colour, colour.Darken(0.3f)));
            stage.Mist(top - (swing * 0.2f), top + (stage.Height * 0.17f), palette.Haze.Fade(0.3f * (1 - t)));
        }
        Flowers(stage, grass);
    }

    private static void Balloons(Stage stage, Vector2 sun)
    {
        var side = sun.X < stage.Width / 2 ? 0.68f : 0.32f;
        Figures.Balloon(stage, stage.At(side, 0.24f), stage.Unit * 0.105f);
        Figures.Balloon(stage, stage.At(1 - side + 0.12f, 0.36f), stage.Unit * 0.042f);
        Figures.Balloon(stage, stage.At(side - 0.2f, 0.14f), stage.Unit * 0.028f);
    }

    private static void Trees(Stage stage, Func<float, float> line, Vector4 ground, float offset, float size)
    {
        var trees = new Shape();
        for (var i = 0; i < stage.Many(24 * stage.Width / stage.Unit); i++)
        {
            var x = stage.Dice.Next(0f, 1f);
            if (stage.Noise.At((x * 5) + offset, 8) < 0.56f) continue;
            Plants.Broadleaf(trees, new(x * stage.Width, line(x) + (stage.Unit * 0.006f)), stage.Unit * size * stage.Dice.Next(0.7f, 1.2f), stage.Dice);
        }
        stage.Fill(trees, Ink.Mix(ground, stage.Palette.Near, 0.5f));
    }

    private static void Flowers(Stage stage, Vector4 grass)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var night = palette.IsNight ? 0.42f : 0f;
        Vector4[] colours = [palette.Accent, Ink.Hex("F7F3E8"), Ink.Mix(palette.Accent, Ink.Hex("F06BA8"), 0.6f), Ink.Hex("F9C846"), Ink.Mix(palette.Sky[1], Ink.Hex("8B6FD6"), 0.55f)];
        var count = stage.Many(120 * stage.Width / stage.Unit);
        for (var i = 0; i < count; i++)
        {
            // From far to near: rows that grow.
            var t = i / (float)count;
            var size = stage.Unit * (0.006f + (0.06f * t * t * t)) * dice.Next(0.75f, 1.2f);
            var head = new Vector2(dice.Next(-0.02f, 1.02f) * stage.Width, (stage.Height * (0.83f + (0.12f * t))) - (size * dice.Next(0f, 1.6f)));
            var bend = dice.Next(-0.8f, 0.8f) * size;
            var stem = Ink.Mix(grass, palette.Near, 0.25f + (0.4f * t));
            stage.Fill(new Shape().AddStroke([head, head + new Vector2(bend * 0.3f, size * 2.2f), head + new Vector2(bend, size * 6)], size * 0.07f, size * 0.12f), stem);
            if (dice.Chance(0.6)) stage.Fill(Shape.Ellipse(head + new Vector2(bend * 0.4f + (size * 0.5f), size * 2.6f), size * 0.7f, size * 0.17f, -0.7f), stem.Lighten(0.08f));
            Flower(stage, head, size, Ink.Mix(dice.Pick(colours), palette.Near, night + dice.Next(0f, 0.14f)), t);
        }
    }

    private static void Flower(Stage stage, Vector2 head, float size, Vector4 colour, float near)
    {
        var dice = stage.Dice;
        var tilt = dice.Next(0.55f, 0.95f);
        var petals = dice.Next(6, 11);
        var start = dice.Next(0, MathF.Tau);
        for (var ring = 0; ring < (near > 0.6f ? 2 : 1); ring++)
        {
            var reach = size * (ring == 0 ? 0.62f : 0.42f);
            for (var i = 0; i < petals; i++)
            {
                var angle = start + (ring * 0.3f) + (MathF.Tau * i / petals);
                var (sin, cos) = MathF.SinCos(angle);
                var middle = head + new Vector2(cos * reach, sin * reach * tilt);
                var turn = MathF.Atan2(sin * tilt, cos);
                var shade = colour.Lighten((0.14f * -sin) + (0.1f * ring) + 0.05f);
                stage.Fill(
                    Shape.Ellipse(middle, reach * 0.78f, reach * 0.78f * 2.1f / petals * 1.9f, turn),
                    Brush.Linear(head, head + new Vector2(cos, sin * tilt) * size * 1.15f, near > 0.5f ? shade.Darken(0.24f) : shade, shade));
            }
        }
        stage.Fill(Shape.Ellipse(head, size * 0.26f, size * 0.26f * tilt), Ink.Mix(Ink.Hex("F2B632"), stage.Palette.Near, stage.Palette.IsNight ? 0.4f : 0.05f));
        stage.Fill(Shape.Ellipse(head + new Vector2(0, size * 0.05f), size * 0.16f, size * 0.14f * tilt), Ink.Hex("8A5A1C").Fade(0.6f));
    }
}
