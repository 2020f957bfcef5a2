using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>Ribbons of colour that flow across the picture, and discs that float before them.</summary>
internal static class AbstractArt
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        stage.Canvas.Fill(Brush.Linear(Vector2.Zero, new(stage.Width, stage.Height), palette.Sky));
        stage.Glow(stage.At(dice.Next(0.6f, 0.9f), dice.Next(0.05f, 0.3f)), stage.Unit * 0.9f, palette.Sun.Fade(0.6f));
        stage.Glow(stage.At(dice.Next(0f, 0.3f), dice.Next(0.5f, 0.9f)), stage.Unit * 0.8f, palette.Accent.Fade(0.45f));
        Discs(stage, 5, 0.05f, 0.17f);

        Vector4[] inks = [palette.Sky[0], palette.Sky[1], palette.Accent, palette.Sky[^2], palette.Water];
        var ribbons = 9;
        var (slope, phase) = (dice.Next(-0.45f, 0.45f), dice.Next(0, MathF.Tau));
        for (var i = 0; i < ribbons; i++)
        {
            var t = i / (ribbons - 1f);
            var (wave, speed) = (stage.Unit * dice.Next(0.05f, 0.13f), dice.Next(3.2f, 5.4f));
            var start = stage.Height * (0.28f + (0.85f * t)) + (slope * stage.Height * 0.25f);
            float Edge(float x) => start - (slope * stage.Height * x * 0.6f)
                + (wave * MathF.Sin((x * speed) + phase + (t * 2.4f))) + (wave * 0.45f * MathF.Sin((x * speed * 1.9f) + (phase * 1.7f) - (t * 3)));
            var (ink, next) = (inks[i % inks.Length], inks[(i + 1) % inks.Length]);
            // A soft shadow first: ribbons lie on one another.
            for (var s = 3; s >= 1; s--) stage.Fill(stage.Land(x => Edge(x) - (stage.Unit * 0.006f * s)), palette.Near.Fade(0.07f));
            stage.Fill(
                stage.Land(Edge),
                Brush.Linear(new(0, start), new(stage.Width, start + (stage.Height * 0.3f)), Ink.Mix(ink, palette.Sun, 0.22f), ink, Ink.Mix(ink, next, 0.6f)));
            stage.Fill(new Shape().AddStroke([.. Enumerable.Range(0, 161).Select(k => new Vector2(k / 160f * stage.Width, Edge(k / 160f)))], stage.Unit * 0.0015f, stage.Unit * 0.0015f), palette.Sun.Fade(0.5f));
        }
        Discs(stage, 4, 0.02f, 0.06f);
    }

    private static void Discs(Stage stage, int count, float least, float most)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        Vector4[] inks = [palette.Accent, palette.Sun, palette.Sky[1]];
        for (var i = 0; i < count; i++)
        {
            var (centre, radius) = (stage.At(dice.Next(0.08f, 0.92f), dice.Next(0.06f, 0.6f)), stage.Unit * dice.Next(least, most));
            var ink = dice.Pick(inks);
            stage.Glow(centre + new Vector2(radius * 0.25f, radius * 0.4f), radius * 1.6f, palette.Near.Fade(0.3f));
            stage.Fill(Shape.Circle(centre, radius), Brush.Radial(centre - new Vector2(radius * 0.4f), radius * 1.8f, ink.Lighten(0.5f), ink, Ink.Mix(ink, palette.Near, 0.45f)));
        }
    }
}
