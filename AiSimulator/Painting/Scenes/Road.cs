using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>A car on the road, hills behind it.</summary>
internal static class Road
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var edge = stage.Height * 0.74f;
        Sky.Paint(stage, stage.Height * 0.64f, 0.5f);
        for (var i = 0; i < 4; i++)
        {
            var (t, offset) = (i / 3f, dice.Next(0f, 80f));
            var top = stage.Height * (0.46f + (0.08f * i));
            float Line(float x) => top + (stage.Unit * (0.2f - (0.035f * i)) * (stage.Noise.Layered((x * (2 + i)) + offset, 5, 4 - i) - 0.5f));
            var colour = palette.Land(0.2f + (0.55f * t));
            stage.Fill(stage.Land(Line), Brush.Vertical(top - (stage.Unit * 0.05f), top + (stage.Unit * 0.24f), colour, Ink.Mix(colour, palette.Haze, 0.45f)));
        }
        var tar = Ink.Mix(palette.Near, Ink.Hex("3A3D47"), 0.55f);
        stage.Fill(Shape.Rectangle(0, edge, stage.Width, stage.Height), Brush.Vertical(edge, stage.Height, Ink.Mix(tar, palette.Haze, 0.3f), tar, tar.Darken(0.3f)));
        stage.Fill(Shape.Rectangle(0, edge, stage.Width, stage.Unit * 0.007f), palette.Sun.Fade(0.55f));
        for (var x = -stage.Unit * 0.1f; x < stage.Width; x += stage.Unit * 0.3f)
            stage.Fill(Shape.Polygon(new(x, stage.Height * 0.945f), new(x + (stage.Unit * 0.17f), stage.Height * 0.945f), new(x + (stage.Unit * 0.15f), stage.Height * 0.962f), new(x - (stage.Unit * 0.02f), stage.Height * 0.962f)), palette.Sun.Fade(0.8f));
        for (var i = 0; i < stage.Many(46); i++)
        {
            var place = new Vector2(dice.Next(0, stage.Width), dice.Next(edge + 6, stage.Height));
            stage.Fill(Shape.Ellipse(place, stage.Unit * dice.Next(0.04f, 0.16f), 0.9f), Ink.White.Fade(dice.Next(0.03f, 0.12f)));
        }
        Car(stage, new(stage.Width * 0.5f, stage.Height * 0.865f), stage.Unit * 0.66f);
    }

    private static void Car(Stage stage, Vector2 ground, float length)
    {
        var palette = stage.Palette;
        var place = Matrix3x2.CreateScale(stage.Dice.Chance(0.5) ? length : -length, length) * Matrix3x2.CreateTranslation(ground);
        Vector2 P(float x, float y) => Vector2.Transform(new Vector2(x, y), place);
        var paint = Ink.Mix(palette.Accent, palette.Near, palette.IsNight ? 0.25f : 0.05f);
        stage.Glow(ground + new Vector2(0, length * 0.01f), length * 0.62f, Ink.Black.Fade(0.8f), 0.1f);

        var body = Shape.Parse(
            "M -0.5 -0.08 C -0.51 -0.14 -0.5 -0.19 -0.46 -0.205 L -0.3 -0.225 C -0.22 -0.3 -0.13 -0.335 -0.01 -0.335 C 0.11 -0.335 0.18 -0.29 0.25 -0.222 "
            + "C 0.36 -0.21 0.45 -0.19 0.485 -0.15 C 0.5 -0.13 0.505 -0.1 0.5 -0.075 L 0.47 -0.055 L -0.47 -0.055 Z");
        stage.Fill(body.Transform(place), Brush.Vertical(P(0, -0.34f).Y, P(0, -0.05f).Y, paint.Lighten(0.5f), paint.Lighten(0.06f), paint, paint.Darken(0.5f)));
        var glass = Ink.Mix(palette.Near, palette.Sky[1], 0.4f);
        var panes = Shape.Parse("M -0.27 -0.225 C -0.2 -0.29 -0.12 -0.312 -0.03 -0.314 L -0.03 -0.225 Z M -0.01 -0.314 C 0.08 -0.31 0.15 -0.28 0.205 -0.225 L -0.01 -0.225 Z");
        stage.Fill(panes.Transform(place), Brush.Linear(P(-0.25f, -0.31f), P(0.2f, -0.22f), Ink.Mix(glass, palette.Sky[^1], 0.7f), glass, glass.Darken(0.2f)));
        stage.Fill(new Shape().AddStroke([P(-0.02f, -0.22f), P(-0.015f, -0.08f)], length * 0.0025f, length * 0.0025f), paint.Darken(0.5f));
        stage.Fill(new Shape().AddStroke([P(-0.47f, -0.16f), P(0, -0.175f), P(0.46f, -0.155f)], length * 0.003f, length * 0.003f), Ink.White.Fade(0.5f));
        stage.Fill(Shape.Ellipse(P(0.055f, -0.185f), length * 0.022f, length * 0.005f), paint.Darken(0.55f));

        foreach (var x in (ReadOnlySpan<float>)[-0.31f, 0.31f]) Wheel(stage, P(x, -0.078f), length * 0.078f, paint);
        var lamp = Ink.Hex("FFF6D5");
        stage.Fill(Shape.Ellipse(P(0.475f, -0.142f), length * 0.022f, length * 0.014f), lamp);
        stage.Fill(Shape.Ellipse(P(-0.492f, -0.16f), length * 0.01f, length * 0.02f), Ink.Hex("E23B3B"));
        if (palette.Hour == Hour.Day) return;
        stage.Glow(P(0.5f, -0.14f), length * 0.26f, lamp.Fade(0.65f));
        stage.Fill(Shape.Polygon(P(0.49f, -0.15f), P(1.1f, -0.12f), P(1.15f, 0.04f), P(0.49f, -0.13f)), Brush.Linear(P(0.49f, 0), P(1.1f, 0), lamp.Fade(0.5f), lamp.Fade(0f)));
        stage.Glow(P(-0.5f, -0.16f), length * 0.1f, Ink.Hex("FF4A4A").Fade(0.7f));
    }

    private static void Wheel(Stage stage, Vector2 centre, float radius, Vector4 paint)
    {
        stage.Fill(Shape.Circle(centre - new Vector2(0, radius * 0.06f), radius * 1.16f), paint.Darken(0.8f));
        stage.Fill(Shape.Circle(centre, radius), Ink.Hex("15161B"));
        stage.Fill(Shape.Circle(centre, radius * 0.68f), Brush.Vertical(centre.Y - radius, centre.Y + radius, Ink.Hex("E9ECF2"), Ink.Hex("767C88")));
        stage.Fill(Shape.Circle(centre, radius * 0.58f), Ink.Hex("2C2F38"));
        for (var i = 0; i < 10; i++)
        {
            var (sin, cos) = MathF.SinCos(MathF.Tau * i / 10);
            stage.Fill(new Shape().AddStroke([centre, centre + (new Vector2(cos, sin) * radius * 0.62f)], radius * 0.07f, radius * 0.045f), Ink.Hex("C9CED8"));
        }
        stage.Fill(Shape.Circle(centre, radius * 0.15f), Ink.Hex("EEF0F5"));
    }
}
