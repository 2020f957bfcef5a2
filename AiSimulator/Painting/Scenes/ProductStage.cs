using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>A bottle on a pedestal before an arch, as in a studio.</summary>
internal static class ProductStage
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var wall = palette.IsNight ? Ink.Mix(palette.Sky[1], palette.Near, 0.3f) : Ink.Mix(palette.Haze, palette.Sky[^2], 0.35f);
        var accent = Ink.Mix(palette.Accent, wall, 0.25f);
        var floor = stage.Height * 0.74f;
        var middle = stage.Width * 0.5f;
        stage.Canvas.Fill(Brush.Vertical(0, floor, wall.Darken(0.1f), wall.Lighten(0.12f)));
        stage.Glow(new(stage.Width * 0.24f, stage.Height * 0.1f), stage.Unit * 0.9f, palette.Sun.Fade(0.5f));
        Arch(stage, middle, floor, stage.Unit * 0.27f, accent);
        stage.Fill(Shape.Rectangle(0, floor, stage.Width, stage.Height - floor + 2), Brush.Vertical(floor, stage.Height, wall.Lighten(0.16f), wall.Darken(0.16f)));
        stage.Mist(floor - (stage.Unit * 0.02f), floor + (stage.Unit * 0.02f), wall.Lighten(0.14f).Fade(0.7f));

        var top = stage.Height * 0.755f;
        Leaves(stage, new(middle - (stage.Unit * 0.29f), floor + (stage.Unit * 0.05f)), 1);
        Pedestal(stage, new(middle + (stage.Unit * 0.27f), stage.Height * 0.8f), stage.Unit * 0.11f, stage.Unit * 0.09f, accent.Darken(0.06f));
        Ball(stage, new(middle + (stage.Unit * 0.27f), stage.Height * 0.8f - (stage.Unit * 0.062f)), stage.Unit * 0.062f, palette.Sky[1]);
        Pedestal(stage, new(middle, top), stage.Unit * 0.22f, stage.Unit * 0.12f, wall.Lighten(0.3f));
        if (dice.Chance(0.5)) Bottle(stage, new(middle, top), stage.Unit * 0.46f, palette.Sky[1], accent);
        else Flacon(stage, new(middle, top), stage.Unit * 0.36f, palette.Accent);
        Ball(stage, new(middle - (stage.Unit * 0.3f), stage.Height * 0.88f), stage.Unit * 0.045f, palette.Accent);
    }

    private static void Arch(Stage stage, float middle, float floor, float radius, Vector4 colour)
    {
        foreach (var (grow, shade) in ((float, Vector4)[])[(1.12f, colour.Lighten(0.22f)), (1f, colour)])
        {
            var reach = radius * grow;
            var spring = floor - (stage.Unit * 0.34f);
            var arch = Shape.Rectangle(middle - reach, spring, reach * 2, floor - spring).AddEllipse(new(middle, spring), reach, reach);
            stage.Fill(arch, Brush.Linear(new(middle - reach, 0), new(middle + reach, floor * 0.4f), shade.Darken(0.14f), shade, shade.Lighten(0.12f)));
        }
    }

    private static void Pedestal(Stage stage, Vector2 top, float radius, float height, Vector4 colour)
    {
        var flat = radius * 0.24f;
        stage.Glow(top + new Vector2(radius * 0.45f, height + (flat * 0.3f)), radius * 1.7f, Ink.Black.Fade(0.4f), 0.26f);
        var body = Shape.Rectangle(top.X - radius, top.Y, radius * 2, height).AddEllipse(top + new Vector2(0, height), radius, flat);
        stage.Fill(body, Brush.Linear(top - new Vector2(radius, 0), top + new Vector2(radius, 0), colour, colour.Lighten(0.2f), colour.Darken(0.04f), colour.Darken(0.22f), colour.Darken(0.34f)));
        stage.Fill(Shape.Ellipse(top, radius, flat), Brush.Linear(top - new Vector2(radius, 0), top + new Vector2(radius, 0), colour.Lighten(0.35f), colour.Lighten(0.12f)));
    }

    private static void Ball(Stage stage, Vector2 centre, float radius, Vector4 colour)
    {
        stage.Glow(centre + new Vector2(radius * 0.5f, radius * 0.92f), radius * 1.6f, Ink.Black.Fade(0.4f), 0.28f);
        stage.Fill(Shape.Circle(centre, radius), Brush.Radial(centre - new Vector2(radius * 0.4f), radius * 1.7f, colour.Lighten(0.6f), colour, colour.Darken(0.45f)));
    }

    private static void Bottle(Stage stage, Vector2 foot, float height, Vector4 colour, Vector4 label)
    {
        var place = Matrix3x2.CreateScale(height) * Matrix3x2.CreateTranslation(foot);
        Contact(stage, foot, height * 0.19f);
        var body = Shape.Parse("M -0.17 -0.02 C -0.17 0.012 -0.1 0.03 0 0.03 C 0.1 0.03 0.17 0.012 0.17 -0.02 L 0.17 -0.56 C 0.17 -0.66 0.075 -0.69 0.07 -0.76 L 0.07 -0.84 L -0.07 -0.84 L -0.07 -0.76 C -0.075 -0.69 -0.17 -0.66 -0.17 -0.56 Z");
        var (left, right) = (foot - new Vector2(height * 0.17f, 0), foot + new Vector2(height * 0.17f, 0));
        stage.Fill(body.Transform(place), Brush.Linear(left, right, colour.Darken(0.4f), colour.Lighten(0.18f), colour, colour.Darken(0.18f), colour.Darken(0.55f)));
        stage.Fill(Shape.Rectangle(-0.08f, -1, 0.16f, 0.17f).Transform(place), Brush.Linear(left, right, Ink.Hex("5A4A32"), Ink.Hex("F4E2B8"), Ink.Hex("C9A868"), Ink.Hex("6B5530")));
        var paper = Ink.Hex("FAF6EE");
        stage.Fill(Shape.Rectangle(-0.17f, -0.46f, 0.34f, 0.27f).Transform(place), Brush.Linear(left, right, paper.Darken(0.3f), paper, paper.Darken(0.05f), paper.Darken(0.36f)));
        Label(stage, place, -0.33f, label);
        stage.Fill(Shape.Rectangle(-0.135f, -0.6f, 0.03f, 0.54f).Transform(place), Ink.White.Fade(0.3f));
    }

    private static void Flacon(Stage stage, Vector2 foot, float height, Vector4 colour)
    {
        var place = Matrix3x2.CreateScale(height) * Matrix3x2.CreateTranslation(foot);
        Contact(stage, foot, height * 0.3f);
        var (left, right) = (foot - new Vector2(height * 0.3f, 0), foot + new Vector2(height * 0.3f, 0));
        var glass = Shape.Parse("M -0.3 -0.06 C -0.3 0 -0.27 0.02 -0.22 0.025 L 0.22 0.025 C 0.27 0.02 0.3 0 0.3 -0.06 L 0.3 -0.56 C 0.3 -0.63 0.27 -0.66 0.2 -0.66 L -0.2 -0.66 C -0.27 -0.66 -0.3 -0.63 -0.3 -0.56 Z");
        stage.Fill(glass.Transform(place), Brush.Linear(left, right, colour.Lighten(0.35f), colour.Lighten(0.7f), colour.Lighten(0.4f), colour.Darken(0.1f)));
        var juice = Shape.Parse("M -0.26 -0.07 C -0.26 -0.03 -0.24 -0.02 -0.2 -0.02 L 0.2 -0.02 C 0.24 -0.02 0.26 -0.03 0.26 -0.07 L 0.26 -0.45 L -0.26 -0.45 Z");
        stage.Fill(juice.Transform(place), Brush.Linear(foot - new Vector2(0, height * 0.45f), foot, colour.Lighten(0.25f).Fade(0.85f), colour.Darken(0.22f).Fade(0.92f)));
        stage.Fill(Shape.Rectangle(-0.09f, -0.73f, 0.18f, 0.075f).Transform(place), Ink.Hex("C9A868"));
        stage.Fill(Shape.Rectangle(-0.13f, -0.97f, 0.26f, 0.245f).Transform(place), Brush.Linear(left * 0.6f + (foot * 0.4f), right * 0.6f + (foot * 0.4f), Ink.Hex("26222B"), Ink.Hex("7A7484"), Ink.Hex("322D38"), Ink.Hex("141118")));
        Label(stage, place, -0.28f, Ink.Hex("FAF6EE"));
        stage.Fill(Shape.Polygon(new(-0.26f, -0.6f), new(-0.2f, -0.6f), new(-0.24f, -0.05f), new(-0.27f, -0.05f)).Transform(place), Ink.White.Fade(0.5f));
    }

    /// <summary>A mark and two lines that stand for a name.</summary>
    private static void Label(Stage stage, Matrix3x2 place, float y, Vector4 colour)
    {
        stage.Fill(Shape.Polygon(new(0, y - 0.075f), new(0.035f, y - 0.03f), new(0, y + 0.015f), new(-0.035f, y - 0.03f)).Transform(place), colour);
        stage.Fill(Shape.Rectangle(-0.085f, y + 0.045f, 0.17f, 0.014f).Transform(place), colour);
        stage.Fill(Shape.Rectangle(-0.05f, y + 0.073f, 0.1f, 0.008f).Transform(place), colour.Fade(0.8f));
    }

    private static void Contact(Stage stage, Vector2 foot, float radius) => stage.Glow(foot + new Vector2(radius * 0.35f, radius * 0.08f), radius * 1.9f, Ink.Black.Fade(0.6f), 0.2f);

    private static void Leaves(Stage stage, Vector2 foot, int side)
    {
        var dice = stage.Dice;
        for (var i = 0; i < 7; i++)
        {
            var (sin, cos) = MathF.SinCos(-MathF.PI * (0.2f + (0.62f * i / 6f)));
            var length = stage.Unit * dice.Next(0.22f, 0.34f);
            Vector2 tip = foot + (new Vector2(cos * side, sin) * length), across = new Vector2(-sin, cos * side) * length * 0.13f;
            var leaf = new List<Vector2>();
            for (var j = 0; j <= 16; j++) leaf.Add(Vector2.Lerp(foot, tip, j / 16f) + (across * MathF.Sin(MathF.PI * j / 16f)));
            for (var j = 16; j >= 0; j--) leaf.Add(Vector2.Lerp(foot, tip, j / 16f) - (across * MathF.Sin(MathF.PI * j / 16f)));
            var green = Ink.Mix(Ink.Hex("3F7D5A"), stage.Palette.Near, 0.15f + (0.1f * (i % 3)));
            stage.Fill(new Shape().Add([.. leaf]), Brush.Linear(foot, tip, green.Darken(0.3f), green.Lighten(0.12f)));
            stage.Fill(new Shape().AddStroke([foot, tip], length * 0.008f, 0.5f), green.Lighten(0.3f).Fade(0.6f));
        }
    }
}
