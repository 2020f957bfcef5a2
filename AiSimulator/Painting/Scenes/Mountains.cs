using System.Numerics;
using AiSimulator.Painting.Subjects;
using SkiaSharp;

namespace AiSimulator.Painting.Scenes;

/// <summary>Peaks behind peaks, mist between them, firs in front, and often a lake.</summary>
internal static class Mountains
{
    public static void Paint(Stage stage)
    {
        var (palette, dice) = (stage.Palette, stage.Dice);
        var hasLake = dice.Chance(0.55);
        var shore = stage.Height * (hasLake ? 0.72f : 1f);
        var horizon = stage.Height * 0.66f;
        var sun = Sky.Paint(stage, horizon, 0.5f);

        var layers = 4;
        for (var i = 0; i < layers; i++)
        {
            var near = i / (float)layers;
            var offset = dice.Next(0f, 200f);
            var (peak, fall) = (stage.Height * (0.24f + (0.11f * i)), stage.Unit * (0.34f - (0.05f * i)));
            var frequency = (1.5f + (0.5f * i)) * stage.Width / stage.Unit;
            float Line(float x) => peak + (fall * (1 - Ridge(stage.Noise, x * frequency, offset)));
            var rock = palette.Land(0.14f + (near * 0.5f));
            stage.Fill(stage.Land(Line), i <= 1 ? Rock(stage, Line, offset, rock, sun.X, i) : Brush.Vertical(peak, peak + (fall * 1.6f), rock, Ink.Mix(rock, palette.Haze, 0.55f)));
            stage.Mist(peak + (fall * 0.55f), peak + (fall * 1.7f), palette.Haze.Fade(0.42f));
        }
        if (hasLake)
        {
            Firs(stage, shore - (stage.Unit * 0.005f), 0.05f, 0.62f, 70);
            stage.Reflect(shore, palette.Water, 1.25f);
            stage.Mist(shore - (stage.Unit * 0.012f), shore + (stage.Unit * 0.02f), palette.Haze.Fade(0.5f));
        }
        Firs(stage, stage.Height * 0.88f, 0.11f, 0.8f, 34);
        Firs(stage, stage.Height * 1.0f, 0.2f, 1f, 20);
        Sky.Birds(stage, new(sun.X, stage.Height * 0.2f), 5);
    }

    /// <summary>Sharp crests: noise folded at its middle.</summary>
    private static float Ridge(Noise noise, float x, float offset)
    {
        var (sum, strength, total) = (0f, 1f, 0f);
        for (var i = 0; i < 6; i++)
        {
            var fold = 1 - Math.Abs((2 * noise.At(x + offset, (i * 7.7f) + offset)) - 1);
            sum += strength * fold;
            total += strength;
            strength *= 0.46f;
            x *= 2.07f;
        }
        return sum / total;
    }

    private static void Firs(Stage stage, float ground, float size, float near, float usual)
    {
        var dice = stage.Dice;
        var colour = stage.Palette.Land(near);
        var offset = dice.Next(0f, 50f);
        float Line(float x) => ground + (stage.Unit * 0.05f * (stage.Noise.Layered((x * 3) + offset, 1, 3) - 0.5f));
        var trees = new Shape();
        for (var i = 0; i < stage.Many(usual * stage.Width / stage.Unit); i++)
        {
            var x = dice.Next(-0.02f, 1.02f);
            // Groups with clearings between them, and a view left open in the middle of the nearest.
            if (stage.Noise.At((x * 6) + offset, 4) < 0.38f || (near > 0.9f && Math.Abs(x - 0.5f) < 0.27f)) continue;
            Plants.Fir(trees, new(x * stage.Width, Line(x) + (stage.Unit * 0.01f)), stage.Unit * size * dice.Next(0.55f, 1.15f), dice);
        }
        stage.Fill(trees, colour);
        stage.Fill(stage.Land(Line), Brush.Vertical(ground - (stage.Unit * 0.03f), ground + (stage.Unit * 0.12f), colour, colour.Darken(0.25f)));
    }

    /// <summary>Rock with a lit and a shaded side, and snow that reaches lower in the gullies.</summary>
    private static SKShader Rock(Stage stage, Func<float, float> line, float offset, Vector4 rock, float sunX, int layer)
    {
        float[] crest = [.. Enumerable.Range(0, (int)stage.Width + 2).Select(x => line(x / stage.Width))];
        var (lit, dark) = (Ink.Mix(rock, stage.Palette.Sun, 0.28f), Ink.Mix(rock, stage.Palette.Near, 0.22f));
        var snow = Ink.Mix(stage.Palette.Sun, stage.Palette.Haze, stage.Palette.IsNight ? 0.55f : 0.18f);
        var snowShade = Ink.Mix(stage.Palette.Sky[1], stage.Palette.Haze, 0.55f);
        var scale = 9 / stage.Unit;
        var snowDepth = stage.Unit * (stage.Brief.IsSnowy ? 0.24f : 0.1f) * (1 - (0.45f * layer));
        var top = Math.Max(0, crest.Min());
        return Brush.Sampled(new SKRect(0, top, stage.Width, Math.Max(top + 1, stage.Height)), 2, At);

        float Crest(float x) => crest[(int)Math.Clamp(x, 0, crest.Length - 1)];

        Vector4 At(float x, float y)
        {
            var below = y - Crest(x);
            var slant = stage.Noise.Layered((x * scale * 1.5f) + (below * scale * 0.8f) + offset, (below * scale * 1.25f) - (x * scale * 0.25f) + offset, 3);
            var side = x < sunX ? 1 : -1;
            var light = Stage.Smooth(0.5f + ((slant - 0.5f) * 3.4f) - (side * (Crest(x + 6) - Crest(x - 6)) * 0.02f));
            var cover = Stage.Smooth((snowDepth * (0.35f + (1.3f * slant)) - below) / (stage.Unit * 0.012f));
            var colour = Vector4.Lerp(Vector4.Lerp(dark, lit, light), Vector4.Lerp(snowShade, snow, light), cover);
            return Vector4.Lerp(colour, stage.Palette.Haze, Math.Clamp(below / (stage.Unit * 0.42f), 0, 0.75f));
        }
    }
}
