using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>A colour for every place. The fourth component is opacity.</summary>
internal abstract class Brush
{
    /// <summary>Whether a row has one colour throughout, so that it is asked for once.</summary>
    public virtual bool IsSameAlongRow => false;

    public abstract Vector4 At(float x, float y);

    public static Brush Solid(Vector4 colour) => new SolidBrush(colour);

    /// <summary>From top to bottom through evenly spaced colours.</summary>
    public static Brush Vertical(float top, float bottom, params Vector4[] colours) => new LinearBrush(new(0, top), new(0, bottom), colours);

    /// <summary>From one point to another through evenly spaced colours.</summary>
    public static Brush Linear(Vector2 from, Vector2 to, params Vector4[] colours) => new LinearBrush(from, to, colours);

    /// <summary>From a centre outwards through evenly spaced colours.</summary>
    public static Brush Radial(Vector2 centre, float radius, params Vector4[] colours) => new RadialBrush(centre, radius, colours);

    private static Vector4 Between(Vector4[] colours, float t)
    {
        var place = Math.Clamp(t, 0, 1) * (colours.Length - 1);
        var below = Math.Min((int)place, colours.Length - 2);
        // Eased between the stops: a straight ramp shows a visible crease at each of them.
        var part = place - below;
        return Vector4.Lerp(colours[below], colours[below + 1], colours.Length > 2 ? part + (0.35f * ((part * part * (3 - (2 * part))) - part)) : part);
    }

    private sealed class SolidBrush(Vector4 colour) : Brush
    {
        public override bool IsSameAlongRow => true;

        public override Vector4 At(float x, float y) => colour;
    }

    private sealed class LinearBrush(Vector2 from, Vector2 to, Vector4[] colours) : Brush
    {
        private readonly Vector2 _direction = (to - from) / Math.Max(1e-6f, (to - from).LengthSquared());

        public override bool IsSameAlongRow => from.X == to.X;

        public override Vector4 At(float x, float y) => Between(colours, Vector2.Dot(new Vector2(x, y) - from, _direction));
    }

    private sealed class RadialBrush(Vector2 centre, float radius, Vector4[] colours) : Brush
    {
        public override Vector4 At(float x, float y) => Between(colours, Vector2.Distance(new(x, y), centre) / radius);
    }
}
