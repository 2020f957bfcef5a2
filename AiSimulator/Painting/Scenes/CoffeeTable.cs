using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>A cup on a wooden table before a room out of focus.</summary>
internal static class CoffeeTable
{
    private static readonly Vector4 Wood = Ink.Hex("8A5A36");
    private static readonly Vector4 Crema = Ink.Hex("C98F4E");
    private static readonly Vector4 Coffee = Ink.Hex("4A2814");

    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var edge = stage.Height * 0.6f;
        Room(stage, edge);
        Table(stage, edge);

        var size = stage.Unit * 0.25f;
        var rim = new Vector2(stage.Width * dice.Next(0.45f, 0.55f), edge - (size * 0.05f));
        var china = Ink.Mix(Ink.Hex("FBF7F0"), palette.Haze, palette.IsNight ? 0.3f : 0.06f);
        var glaze = dice.Chance(0.5) ? Ink.Mix(palette.Accent, Ink.Hex("FBF7F0"), 0.15f) : china;
        Beans(stage, rim.Y + (size * 1.28f), size);
        Saucer(stage, rim + new Vector2(0, size * 1.02f), size, china);
        Cup(stage, rim, size, glaze, china);
        Art(stage, rim, size);
        Steam(stage, rim, size);
    }

    private static void Room(Stage stage, float edge)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var warm = palette.IsNight ? Ink.Hex("2A1A22") : Ink.Mix(Ink.Hex("B98A62"), palette.Haze, 0.35f);
        stage.Canvas.Fill(Brush.Vertical(0, edge, Ink.Mix(warm, palette.Sky[0], 0.4f), Ink.Mix(warm, palette.Sky[^1], 0.35f)));
        stage.Glow(stage.At(dice.Next(0.2f, 0.8f), 0.12f), stage.Unit * 0.8f, palette.Sun.Fade(0.5f));
        Vector4[] lights = [Ink.Hex("FFD9A0"), palette.Sun, palette.Accent, Ink.Hex("FFE9CC")];
        for (var i = 0; i < stage.Many(26); i++)
        {
            var (centre, radius) = (new Vector2(dice.Next(0, stage.Width), dice.Next(0, edge * 1.02f)), stage.Unit * dice.Next(0.018f, 0.07f));
            var colour = dice.Pick(lights);
            stage.Fill(Shape.Circle(centre, radius), Brush.Radial(centre, radius, colour.Fade(0.14f), colour.Fade(0.2f), colour.Fade(0.34f)));
        }
    }

    private static void Table(Stage stage, float edge)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var wood = Ink.Mix(Wood, palette.Near, palette.IsNight ? 0.5f : 0.12f);
        stage.Fill(Shape.Rectangle(0, edge, stage.Width, stage.Height - edge + 2), Brush.Vertical(edge, stage.Height, Ink.Mix(wood, palette.Sun, 0.3f), wood, wood.Darken(0.4f)));
        for (var i = 0; i < stage.Many(90); i++)
        {
            var t = dice.Next(0f, 1f);
            var y = edge + (t * t * (stage.Height - edge)) + 3;
            var (x, length) = (dice.Next(-0.2f, 1f) * stage.Width, stage.Unit * dice.Next(0.15f, 0.7f));
            Vector2[] grain = [new(x, y), new(x + (length / 2), y + (dice.Next(-0.004f, 0.004f) * stage.Unit)), new(x + length, y)];
            stage.Fill(new Shape().AddStroke(grain, 0.4f, stage.Unit * 0.0016f * (0.4f + t)), (dice.Chance(0.6) ? wood.Darken(0.35f) : wood.Lighten(0.25f)).Fade(0.3f));
        }
        foreach (var t in (ReadOnlySpan<float>)[0.16f, 0.44f, 0.8f])
        {
            var y = edge + (t * (stage.Height - edge));
            stage.Fill(Shape.Rectangle(0, y, stage.Width, stage.Unit * 0.003f * (0.5f + t)), wood.Darken(0.6f).Fade(0.6f));
        }
        stage.Mist(edge - (stage.Unit * 0.012f), edge + (stage.Unit * 0.012f), palette.Sun.Fade(0.3f));
    }

    private static void Saucer(Stage stage, Vector2 centre, float size, Vector4 china)
    {
        stage.Glow(centre + new Vector2(size * 0.1f, size * 0.12f), size * 2.1f, Ink.Hex("1A0D06").Fade(0.7f), 0.3f);
        stage.Fill(Shape.Ellipse(centre + new Vector2(0, size * 0.06f), size * 1.5f, size * 0.36f), china.Darken(0.36f));
        stage.Fill(Shape.Ellipse(centre, size * 1.5f, size * 0.35f), Brush.Linear(centre - new Vector2(size * 1.5f, 0), centre + new Vector2(size * 1.5f, 0), china, china.Darken(0.2f)));
        stage.Fill(Shape.Ellipse(centre + new Vector2(0, size * 0.015f), size * 1.12f, size * 0.24f), Brush.Vertical(centre.Y - (size * 0.24f), centre.Y + (size * 0.24f), china.Darken(0.26f), china.Darken(0.03f)));
        stage.Fill(Shape.Ellipse(centre + new Vector2(size * 0.05f, size * 0.02f), size * 0.78f, size * 0.15f), china.Darken(0.5f).Fade(0.6f));
    }

    private static void Cup(Stage stage, Vector2 rim, float size, Vector4 glaze, Vector4 china)
    {
        var body = Shape.Parse("M -1 0 C -1 0.5 -0.78 0.86 -0.46 1 C -0.3 1.07 0.3 1.07 0.46 1 C 0.78 0.86 1 0.5 1 0 C 0.6 0.3 -0.6 0.3 -1 0 Z")
            .Transform(Matrix3x2.CreateScale(size) * Matrix3x2.CreateTranslation(rim));
        var handle = new Vector2[20];
        for (var i = 0; i < handle.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(-1.35f + (2.75f * i / (handle.Length - 1)));
            handle[i] = rim + (new Vector2(0.9f + (0.46f * cos), 0.4f + (0.34f * sin)) * size);
        }
        stage.Fill(new Shape().AddStroke(handle, size * 0.085f, size * 0.07f), Brush.Vertical(rim.Y, rim.Y + (size * 0.9f), glaze.Darken(0.08f), glaze.Darken(0.38f)));
        stage.Fill(body, Brush.Linear(rim - new Vector2(size, 0), rim + new Vector2(size, 0), glaze.Darken(0.14f), glaze.Lighten(0.12f), glaze, glaze.Darken(0.2f), glaze.Darken(0.42f)));
        stage.Fill(Shape.Ellipse(rim, size, size * 0.29f), china);
        stage.Fill(Shape.Ellipse(rim + new Vector2(0, size * 0.018f), size * 0.93f, size * 0.25f), Brush.Vertical(rim.Y - (size * 0.25f), rim.Y + (size * 0.2f), china.Darken(0.42f), china.Darken(0.12f)));
        stage.Fill(Shape.Ellipse(rim + new Vector2(0, size * 0.055f), size * 0.87f, size * 0.215f), Brush.Radial(rim, size * 0.9f, Crema, Ink.Mix(Crema, Coffee, 0.35f), Coffee));
        stage.Glow(rim + (new Vector2(-0.5f, 0.45f) * size), size * 0.42f, Ink.White.Fade(0.45f), 1.3f);
    }

    /// <summary>A rosetta of milk, as the cup's ellipse shows it.</summary>
    private static void Art(Stage stage, Vector2 rim, float size)
    {
        var onCup = Matrix3x2.CreateScale(size * 0.6f, size * 0.155f) * Matrix3x2.CreateTranslation(rim + new Vector2(0, size * 0.055f));
        var milk = Ink.Hex("FFF1DA");
        var heart = Shape.Parse("M 0 1 C -0.5 0.62 -1.05 0.2 -0.95 -0.38 C -0.85 -0.85 -0.28 -0.9 0 -0.42 C 0.28 -0.9 0.85 -0.85 0.95 -0.38 C 1.05 0.2 0.5 0.62 0 1 Z");
        for (var i = 0; i < 4; i++)
        {
            var shrink = Matrix3x2.CreateScale(1 - (0.25f * i), new Vector2(0, 0.28f));
            stage.Fill(heart.Transform(shrink * onCup), (i % 2 == 0 ? milk : Ink.Mix(Crema, Coffee, 0.2f)).Fade(0.95f));
        }
    }

    private static void Beans(Stage stage, float around, float size)
    {
        var dice = stage.Dice;
        for (var i = 0; i < stage.Many(17); i++)
        {
            var (centre, length, turn) = (new Vector2(dice.Next(0.04f, 0.96f) * stage.Width, around + (dice.Next(-0.1f, 0.85f) * size)), size * dice.Next(0.075f, 0.1f), dice.Next(0, MathF.PI));
            var (sin, cos) = MathF.SinCos(turn);
            var bean = Ink.Hex("55301A").Lighten(dice.Next(0f, 0.1f));
            stage.Fill(Shape.Ellipse(centre + new Vector2(length * 0.2f, length * 0.35f), length, length * 0.6f, turn), Ink.Hex("1A0D06").Fade(0.4f));
            stage.Fill(Shape.Ellipse(centre, length, length * 0.66f, turn), Brush.Vertical(centre.Y - length, centre.Y + length, bean.Lighten(0.22f), bean.Darken(0.35f)));
            Vector2 along = new(cos * length * 0.8f, sin * length * 0.8f), across = new(-sin * length * 0.14f, cos * length * 0.14f);
            stage.Fill(new Shape().AddStroke([centre - along, centre - (along * 0.3f) + across, centre + (along * 0.3f) - across, centre + along], length * 0.05f, length * 0.05f), Ink.Hex("241107").Fade(0.85f));
        }
    }

    private static void Steam(Stage stage, Vector2 rim, float size)
    {
        for (var wisp = 0; wisp < 3; wisp++)
        {
            var (phase, x) = (stage.Dice.Next(0, MathF.Tau), rim.X + ((wisp - 1) * size * 0.42f));
            for (var i = 0; i < 34; i++)
            {
                var t = i / 33f;
                var place = new Vector2(x + (MathF.Sin((t * 5.2f) + phase) * size * 0.15f * (0.3f + t)), rim.Y - (size * 0.05f) - (t * size * 1.5f));
                stage.Glow(place, size * (0.09f + (0.14f * t)), Ink.White.Fade(0.1f * MathF.Sin(MathF.PI * (0.06f + (0.94f * t)))));
            }
        }
    }
}
