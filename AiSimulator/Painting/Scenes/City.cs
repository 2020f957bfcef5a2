using System.Numerics;

namespace AiSimulator.Painting.Scenes;

/// <summary>A skyline at the water: three rows of towers, windows lit by the hour.</summary>
internal static class City
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var shore = stage.Height * dice.Next(0.7f, 0.76f);
        var sun = Sky.Paint(stage, shore, 0.48f);
        for (var row = 0; row < 3; row++)
        {
            var near = 0.25f + (0.3f * row);
            Row(stage, shore, near, stage.Unit * (0.5f - (0.1f * row)), stage.Unit * (0.055f + (0.02f * row)), row);
            stage.Mist(shore - (stage.Unit * (0.26f - (0.05f * row))), shore + (stage.Unit * 0.05f), palette.Haze.Fade(row < 2 ? 0.38f : 0.16f));
        }
        stage.Reflect(shore, Ink.Mix(palette.Water, palette.Near, 0.25f), 1.3f);
        stage.Fill(Shape.Rectangle(0, shore - (stage.Unit * 0.007f), stage.Width, stage.Unit * 0.009f), palette.Land(0.95f));
        for (var i = 0; i < stage.Many(160); i++)
        {
            var t = dice.Next(0f, 1f);
            var length = stage.Unit * (0.005f + (0.03f * t));
            var place = new Vector2(dice.Next(0, stage.Width), shore + (t * (stage.Height - shore)) + 3);
            stage.Fill(Shape.Ellipse(place, length, Math.Max(0.5f, length * 0.07f)), palette.Sky[^1].Fade(dice.Next(0.05f, 0.25f)));
        }
        Sky.Birds(stage, new(stage.Width * (sun.X > stage.Width / 2 ? 0.3f : 0.7f), stage.Height * 0.16f), 4);
    }

    private static void Row(Stage stage, float ground, float near, float tallest, float width, int row)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var wall = palette.Land(near);
        var lit = palette.Hour switch { Hour.Night => 0.5f, Hour.Sunset => 0.3f, Hour.Dawn => 0.16f, _ => 0.06f };
        var lamp = Ink.Mix(Ink.Hex("FFD98A"), palette.Sun, 0.3f);
        var offset = dice.Next(0f, 40f);
        var windows = new Shape[] { new(), new(), new() };
        for (var x = -width * dice.Next(0f, 1f); x < stage.Width;)
        {
            var w = width * dice.Next(0.7f, 1.5f);
            // Towers gather: noise makes districts, the middle is a little higher.
            var rise = (0.45f * stage.Noise.At((x / stage.Unit * 3.2f) + offset, row * 5)) + dice.Next(0.05f, 0.5f);
            var h = Math.Max(stage.Unit * 0.07f, tallest * rise * (1.1f - (0.5f * Math.Abs((2 * x / stage.Width) - 1))));
            var top = ground - h;
            stage.Fill(Tower(x, top, w, ground, dice), Brush.Linear(new(x, 0), new(x + w, 0), wall.Lighten(0.07f), wall.Darken(0.1f)));
            Windows(stage, windows, x, top, w, h, row, lit);
            x += w * dice.Next(0.86f, 1.06f);
        }
        stage.Fill(windows[0], Ink.Mix(wall, palette.IsNight ? palette.Near : palette.Sky[^1], 0.3f).Fade(0.5f));
        stage.Fill(windows[1], lamp.Fade(0.92f));
        stage.Fill(windows[2], Ink.Mix(lamp, palette.Accent, 0.45f).Fade(0.85f));
    }

    private static Shape Tower(float x, float top, float w, float ground, Dice dice)
    {
        var tower = Shape.Rectangle(x, top, w, ground - top + 2);
        var kind = dice.Next(0, 7);
        if (kind == 0) tower.Add(new(x, top), new Vector2(x + (w * 0.5f), top - (w * 0.5f)), new(x + w, top));
        if (kind is 1 or 2) tower.Add(Shape.Rectangle(x + (w * 0.18f), top - (w * 0.28f), w * 0.64f, w * 0.3f)).Add(Shape.Rectangle(x + (w * 0.36f), top - (w * 0.5f), w * 0.28f, w * 0.25f));
        if (kind is 1 or 3) tower.Add(new(x + (w * 0.48f), top), new Vector2(x + (w * 0.5f), top - (w * 1.25f)), new(x + (w * 0.52f), top));
        if (kind == 4) tower.Add(new(x, top), new Vector2(x + w, top - (w * 0.4f)), new(x + w, top));
        if (kind == 5) tower.AddEllipse(new(x + (w * 0.5f), top), w * 0.5f, w * 0.32f);
        return tower;
    }

    private static void Windows(Stage stage, Shape[] into, float x, float top, float w, float h, int row, float lit)
    {
        var dice = stage.Dice;
        var pitch = stage.Unit * (0.0125f + (0.0025f * row));
        var columns = Math.Max(2, (int)((w * 0.84f) / pitch));
        var (cell, size) = (w * 0.84f / columns, new Vector2(w * 0.84f / columns * 0.52f, pitch * 0.5f));
        var style = dice.Next(0, 3);
        for (var y = top + (pitch * 0.8f); y < top + h - pitch; y += pitch * 1.15f)
        {
            // Whole floors light up together now and then.
            var floor = dice.Chance(0.12) ? 0.9f : lit;
            if (style == 2 && floor == lit)
            {
                into[0].Add(Shape.Rectangle(x + (w * 0.08f), y, w * 0.84f, size.Y * 0.6f));
                continue;
            }
            for (var column = 0; column < columns; column++)
            {
                var kind = !dice.Chance(floor * (stage.Palette.IsNight || floor == lit ? 1 : lit * 3)) ? 0 : dice.Chance(0.8) ? 1 : 2;
                if (kind == 0 && style == 1 && row < 2) continue;
                into[kind].Add(Shape.Rectangle(x + (w * 0.08f) + (column * cell) + (cell * 0.24f), y, size.X, size.Y));
            }
        }
    }
}
