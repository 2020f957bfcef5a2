using System.Numerics;

namespace AiSimulator.Painting.Subjects;

/// <summary>Trees and palms as outlines.</summary>
internal static class Plants
{
    /// <summary>Adds a fir whose foot stands at a point.</summary>
    public static void Fir(Shape into, Vector2 foot, float height, Dice dice)
    {
        var width = height * dice.Next(0.17f, 0.24f);
        var tiers = Math.Clamp((int)(height / 7), 5, 13);
        into.Add(foot + new Vector2(-width * 0.09f, 0), foot + new Vector2(-width * 0.05f, -height * 0.5f), foot + new Vector2(width * 0.05f, -height * 0.5f), foot + new Vector2(width * 0.09f, 0));
        var (left, right) = (new List<Vector2>(), new List<Vector2>());
        for (var i = 0; i < tiers; i++)
        {
            var t = i / (float)tiers;
            var (reach, y) = (width * (0.06f + MathF.Pow(t, 0.85f)), -height * (1 - (0.94f * (t + (0.75f / tiers)))));
            var notch = -height * (1 - (0.94f * (t + (0.55f / tiers))));
            left.Add(foot + new Vector2(-reach * dice.Next(0.85f, 1.15f), y + (height * 0.012f)));
            left.Add(foot + new Vector2(-reach * 0.45f, notch));
            right.Add(foot + new Vector2(reach * dice.Next(0.85f, 1.15f), y + (height * 0.012f)));
            right.Add(foot + new Vector2(reach * 0.45f, notch));
        }
        left.Reverse();
        into.Add([foot + new Vector2(0, -height), .. right, .. left]);
    }

    /// <summary>Adds a round-headed tree whose foot stands at a point.</summary>
    public static void Broadleaf(Shape into, Vector2 foot, float height, Dice dice)
    {
        into.Add(foot + new Vector2(-height * 0.035f, 0), foot + new Vector2(-height * 0.02f, -height * 0.55f), foot + new Vector2(height * 0.02f, -height * 0.55f), foot + new Vector2(height * 0.035f, 0));
        for (var i = 0; i < 11; i++)
        {
            var (sin, cos) = MathF.SinCos(dice.Next(0, MathF.Tau));
            var centre = foot + new Vector2(cos * height * 0.2f, (-height * 0.66f) + (sin * height * 0.17f));
            into.AddEllipse(centre, height * dice.Next(0.11f, 0.19f), height * dice.Next(0.1f, 0.16f));
        }
    }

    /// <summary>A palm that leans; its foot stands at a point.</summary>
    public static Shape Palm(Vector2 foot, float height, float lean, Dice dice)
    {
        var palm = new Shape();
        var trunk = new Vector2[14];
        for (var i = 0; i < trunk.Length; i++)
        {
            var t = i / (trunk.Length - 1f);
            trunk[i] = foot + new Vector2(lean * height * t * t, -height * t);
        }
        palm.AddStroke(trunk, height * 0.03f, height * 0.014f);
        palm.Add(Shape.Parse("M -0.055 0.004 Q -0.03 -0.01 -0.026 -0.09 L 0.03 -0.09 Q 0.034 -0.01 0.055 0.004 Q 0 0.018 -0.055 0.004 Z").Transform(Matrix3x2.CreateScale(height) * Matrix3x2.CreateTranslation(foot)));
        var crown = trunk[^1];
        palm.AddEllipse(crown, height * 0.035f, height * 0.03f);
        var fronds = 11;
        for (var i = 0; i < fronds; i++)
        {
            var angle = MathF.PI * (1.08f + (1.24f * ((i + dice.Next(-0.2f, 0.2f)) / (fronds - 1f)) - 0.2f));
            Frond(palm, crown, angle, height * dice.Next(0.36f, 0.5f), dice);
        }
        return palm;
    }

    private static void Frond(Shape palm, Vector2 crown, float angle, float length, Dice dice)
    {
        var (sin, cos) = MathF.SinCos(angle);
        var droop = length * dice.Next(0.42f, 0.68f);
        const int Joints = 16;
        var rib = new Vector2[Joints];
        for (var i = 0; i < Joints; i++)
        {
            var t = i / (Joints - 1f);
            rib[i] = crown + new Vector2(cos * length * t, (sin * length * t * 0.8f) + (droop * t * t));
        }
        palm.AddStroke(rib, length * 0.018f, length * 0.004f);
        for (var i = 1; i < Joints; i++)
        {
            var t = i / (Joints - 1f);
            var along = Vector2.Normalize(rib[i] - rib[i - 1]);
            var across = new Vector2(-along.Y, along.X);
            var reach = length * 0.25f * MathF.Sin(MathF.PI * (0.12f + (0.84f * t)));
            foreach (var side in (ReadOnlySpan<float>)[-1, 1])
            {
                var tip = rib[i] + (along * reach * 0.75f) + (across * side * reach * 0.55f) + new Vector2(0, reach * 0.45f);
                var half = along * length * 0.028f;
                palm.Add(rib[i] - half, tip, rib[i] + half);
            }
        }
    }
}
