using System.Globalization;
using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>
/// Reads an outline from a line of text in the manner of SVG: <c>M x y</c> start, <c>L x y</c> line, <c>Q cx cy x y</c> and
/// <c>C ax ay bx by x y</c> curves, <c>Z</c> close; capitals only, numbers apart by spaces.
/// </summary>
internal static class PathData
{
    private const int EdgesACurve = 12;

    public static Shape Parse(string path)
    {
        var shape = new Shape();
        var points = new List<Vector2>();
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = 0;
        var command = 'M';
        Vector2 Point() => new(float.Parse(words[at++], CultureInfo.InvariantCulture), float.Parse(words[at++], CultureInfo.InvariantCulture));

        while (at < words.Length)
        {
            if (char.IsAsciiLetter(words[at][0])) command = words[at++][0];
            switch (command)
            {
                case 'Z':
                    shape.Add([.. points]);
                    points.Clear();
                    break;
                case 'Q':
                    Curve(points, points[^1], Point(), Point());
                    break;
                case 'C':
                    Curve(points, points[^1], Point(), Point(), Point());
                    break;
                default:
                    points.Add(Point());
                    break;
            }
        }
        return shape;
    }

    private static void Curve(List<Vector2> into, Vector2 from, Vector2 control, Vector2 to)
    {
        for (var i = 1; i <= EdgesACurve; i++)
        {
            var t = i / (float)EdgesACurve;
            into.Add(Vector2.Lerp(Vector2.Lerp(from, control, t), Vector2.Lerp(control, to, t), t));
        }
    }

    private static void Curve(List<Vector2> into, Vector2 from, Vector2 first, Vector2 second, Vector2 to)
    {
        for (var i = 1; i <= EdgesACurve; i++)
        {
            var t = i / (float)EdgesACurve;
            var middle = Vector2.Lerp(first, second, t);
            var (left, right) = (Vector2.Lerp(Vector2.Lerp(from, first, t), middle, t), Vector2.Lerp(middle, Vector2.Lerp(second, to, t), t));
            into.Add(Vector2.Lerp(left, right, t));
        }
    }
}
