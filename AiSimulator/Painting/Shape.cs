using System.Numerics;
using SkiaSharp;

namespace AiSimulator.Painting;

/// <summary>Closed outlines. All run the same way round, so that what overlaps is filled once and nothing is a hole.</summary>
internal sealed class Shape : IDisposable
{
    private readonly SKPathBuilder _path = new();

    public static Shape Polygon(params Vector2[] points) => new Shape().Add(points);

    public static Shape Ellipse(Vector2 centre, float radiusX, float radiusY, float turn = 0) => new Shape().AddEllipse(centre, radiusX, radiusY, turn);

    public static Shape Circle(Vector2 centre, float radius) => Ellipse(centre, radius, radius);

    public static Shape Rectangle(float left, float top, float width, float height) =>
        Polygon(new(left, top), new(left + width, top), new(left + width, top + height), new(left, top + height));

    /// <summary>From a path in the notation of SVG.</summary>
    public static Shape Parse(string path)
    {
        using var parsed = SKPath.ParseSvgPathData(path) ?? throw new FormatException($"This is not the data of an SVG path: {path}");
        return new Shape().Add(parsed, SKMatrix.Identity);
    }

    public Shape Add(params Vector2[] points)
    {
        var twiceTheArea = 0f;
        for (var i = 0; i < points.Length; i++)
        {
            var (from, to) = (points[i], points[(i + 1) % points.Length]);
            twiceTheArea += (from.X * to.Y) - (to.X * from.Y);
        }
        if (twiceTheArea < 0) Array.Reverse(points);
        _path.AddPoly(points.Select(p => (SKPoint)p).ToArray(), true);
        return this;
    }

    /// <summary>Adds the outlines of a shape, which cannot be used again.</summary>
    public Shape Add(Shape other)
    {
        using (other)
        {
            using var path = other.Detach();
            return Add(path, SKMatrix.Identity);
        }
    }

    public Shape AddEllipse(Vector2 centre, float radiusX, float radiusY, float turn = 0)
    {
        var box = new SKRect(-radiusX, -radiusY, radiusX, radiusY);
        if (turn == 0)
        {
            box.Offset(centre);
            _path.AddOval(box, SKPathDirection.Clockwise);
            return this;
        }
        using var turned = new SKPathBuilder();
        turned.AddOval(box, SKPathDirection.Clockwise);
        using var path = turned.Detach();
        return Add(path, SKMatrix.CreateRotation(turn).PostConcat(SKMatrix.CreateTranslation(centre.X, centre.Y)));
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
        using var path = _path.Snapshot();
        return new Shape().Add(path, new SKMatrix(by.M11, by.M21, by.M31, by.M12, by.M22, by.M32, 0, 0, 1));
    }

    /// <summary>Takes the outlines out of the shape, as Skia draws them.</summary>
    public SKPath Detach() => _path.Detach();

    public void Dispose() => _path.Dispose();

    private Shape Add(SKPath path, SKMatrix moved)
    {
        _path.AddPath(path, in moved, SKPathAddMode.Append);
        return this;
    }
}
