using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>
/// Closed outlines of straight edges; curves are cut into edges as they are added. All outlines run the same way round, so that what
/// overlaps is filled once and nothing is a hole.
/// </summary>
internal sealed class Shape
{
    private readonly List<Vector2[]> _outlines = [];

    public IReadOnlyList<Vector2[]> Outlines => _outlines;

    public static Shape Polygon(params Vector2[] points) => new Shape().Add(points);

    public static Shape Ellipse(Vector2 centre, float radiusX, float radiusY, float turn = 0) => new Shape().AddEllipse(centre, radiusX, radiusY, turn);

    public static Shape Circle(Vector2 centre, float radius) => Ellipse(centre, radius, radius);

    public static Shape Rectangle(float left, float top, float width, float height) =>
        Polygon(new(left, top), new(left + width, top), new(left + width, top + height), new(left, top + height));

    public Shape Add(params Vector2[] points)
    {
        var twiceTheArea = 0f;
        for (var i = 0; i < points.Length; i++)
        {
            var (from, to) = (points[i], points[(i + 1) % points.Length]);
            twiceTheArea += (from.X * to.Y) - (to.X * from.Y);
        }
        if (twiceTheArea < 0) Array.Reverse(points);
        _outlines.Add(points);
        return this;
    }

    public Shape Add(Shape other)
    {
        _outlines.AddRange(other._outlines);
        return this;
    }

    public Shape AddEllipse(Vector2 centre, float radiusX, float radiusY, float turn = 0)
    {
        var edges = Math.Clamp((int)(6 + (2.2f * MathF.Sqrt(Math.Max(radiusX, radiusY)))), 10, 160);
        var (sin, cos) = MathF.SinCos(turn);
        var points = new Vector2[edges];
        for (var i = 0; i < edges; i++)
        {
            var (y, x) = MathF.SinCos(MathF.Tau * i / edges);
            points[i] = centre + new Vector2((x * radiusX * cos) - (y * radiusY * sin), (x * radiusX * sin) + (y * radiusY * cos));
        }
        return Add(points);
    }

    /// <summary>A band along points whose half width runs from one value to another.</summary>
    public Shape AddStroke(ReadOnlySpan<Vector2> along, float from, float to)
    {
        var points = new Vector2[along.Length * 2];
        for (var i = 0; i < along.Length; i++)
        {
            var ahead = along[Math.Min(i + 1, along.Length - 1)] - along[Math.Max(i - 1, 0)];
            var across = ahead == Vector2.Zero ? Vector2.UnitY : Vector2.Normalize(new Vector2(-ahead.Y, ahead.X));
            var half = from + ((to - from) * i / Math.Max(1, along.Length - 1));
            (points[i], points[^(i + 1)]) = (along[i] + (across * half), along[i] - (across * half));
        }
        return Add(points);
    }

    /// <summary>The shape moved, turned, scaled or mirrored.</summary>
    public Shape Transform(Matrix3x2 by)
    {
        var transformed = new Shape();
        foreach (var outline in _outlines) transformed.Add([.. outline.Select(p => Vector2.Transform(p, by))]);
        return transformed;
    }
}
