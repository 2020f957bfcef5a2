using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>What most scenes begin with.</summary>
internal static class Sky
{
    /// <summary>Paints the sky down to a horizon and returns where the sun or moon stands.</summary>
    public static Vector2 Paint(Stage stage, float horizon, float clouds = 0.5f)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        stage.Canvas.Fill(Brush.Vertical(0, horizon, palette.Sky));
        var height = palette.Hour switch
        {
            Hour.Sunset => dice.Next(0.72f, 0.88f),
            Hour.Dawn => dice.Next(0.6f, 0.78f),
            Hour.Night => dice.Next(0.25f, 0.45f),
            _ => dice.Next(0.2f, 0.35f),
        };
        var side = dice.Chance(0.5) ? dice.Next(0.18f, 0.4f) : dice.Next(0.6f, 0.82f);
        var sun = new Vector2(side * stage.Width, height * horizon);
        if (palette.IsNight) Stars(stage, horizon, 260);

        var size = stage.Unit * (palette.Hour is Hour.Sunset ? 0.075f : palette.IsNight ? 0.05f : 0.045f) * dice.Next(0.85f, 1.25f);
        stage.Glow(sun, size * 11, palette.Sun.Fade(palette.IsNight ? 0.22f : 0.42f));
        stage.Glow(sun, size * 4, palette.Sun.Fade(palette.IsNight ? 0.3f : 0.5f));
        if (palette.IsNight) Moon(stage, sun, size);
        else stage.Fill(Shape.Circle(sun, size), palette.Sun.Fade(0.96f));

        if (clouds > 0)
        {
            var lit = palette.IsNight ? palette.Haze.Lighten(0.1f) : Ink.Mix(palette.Sun, palette.Sky[^2], 0.25f);
            var shade = Ink.Mix(palette.Sky[1], palette.Haze, 0.4f);
            stage.Clouds(0, horizon * 0.8f, shade.Fade(0.35f), 3.4f, 0.16f, clouds * 0.95f, dice.Next(0f, 90f));
            stage.Clouds(horizon * 0.08f, horizon * 0.95f, lit.Fade(palette.IsNight ? 0.3f : 0.75f), 3.8f, 0.13f, clouds, dice.Next(0f, 90f));
        }
        return sun;
    }

    public static void Stars(Stage stage, float below, float usual)
    {
        for (var i = 0; i < stage.Many(usual); i++)
        {
            var place = new Vector2(stage.Dice.Next(0, stage.Width), stage.Dice.Next(0, below) * stage.Dice.Next(0.4f, 1f));
            var bright = stage.Dice.Next(0.15f, 1f);
            bright *= bright;
            stage.Fill(Shape.Circle(place, stage.Unit * (0.0007f + (0.0013f * bright))), Ink.White.Fade(0.35f + (0.6f * bright)));
            if (bright > 0.85f) stage.Glow(place, stage.Unit * 0.012f, Ink.Hex("CFE0FF").Fade(0.5f));
        }
    }

    /// <summary>A few birds far off, as two strokes each.</summary>
    public static void Birds(Stage stage, Vector2 around, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (dice, size) = (stage.Dice, stage.Unit * stage.Dice.Next(0.008f, 0.016f));
            var centre = around + new Vector2(dice.Next(-0.16f, 0.16f), dice.Next(-0.06f, 0.06f)) * stage.Unit;
            var lift = dice.Next(0.2f, 0.7f);
            Vector2[] wings =
            [
                centre + (new Vector2(-1.3f, -lift * 0.6f) * size), centre + (new Vector2(-0.7f, -lift) * size), centre,
                centre + (new Vector2(0.7f, -lift) * size), centre + (new Vector2(1.3f, -lift * 0.6f) * size),
            ];
            stage.Fill(new Shape().AddStroke(wings, size * 0.1f, size * 0.1f), stage.Palette.Near.Fade(0.75f));
        }
    }

    private static void Moon(Stage stage, Vector2 centre, float radius)
    {
        stage.Fill(Shape.Circle(centre, radius), Brush.Radial(centre - new Vector2(radius * 0.3f), radius * 1.7f, stage.Palette.Sun, stage.Palette.Sun.Darken(0.28f)));
        for (var i = 0; i < 5; i++)
        {
            var at = centre + (new Vector2(stage.Dice.Next(-0.55f, 0.55f), stage.Dice.Next(-0.55f, 0.55f)) * radius);
            stage.Fill(Shape.Circle(at, radius * stage.Dice.Next(0.07f, 0.2f)), stage.Palette.Sun.Darken(0.3f).Fade(0.3f));
        }
    }
}
