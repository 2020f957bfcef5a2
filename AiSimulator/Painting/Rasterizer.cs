using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>
/// Fills shapes with exact edges: every edge adds, to the cells it crosses, the signed area to its right; a running sum along
/// the row is then each pixel's coverage.
/// </summary>
internal sealed class Rasterizer(Canvas canvas)
{
    private float[] _cells = [];
    private int _left;
    private int _top;
    private int _width;
    private int _height;

    public void Fill(Shape shape, Vector4 colour) => Fill(shape, Brush.Solid(colour));

    public void Fill(Shape shape, Brush brush)
    {
        if (!Measure(shape)) return;
        var needed = (_width + 2) * _height;
        if (_cells.Length < needed) _cells = new float[needed];

        foreach (var outline in shape.Outlines)
        {
            for (var i = 0; i < outline.Length; i++) Edge(outline[i], outline[(i + 1) % outline.Length]);
        }
        for (var y = 0; y < _height; y++) Sweep(y, brush);
    }

    private bool Measure(Shape shape)
    {
        var (least, most) = (new Vector2(float.MaxValue), new Vector2(float.MinValue));
        foreach (var outline in shape.Outlines)
        {
            foreach (var point in outline) (least, most) = (Vector2.Min(least, point), Vector2.Max(most, point));
        }
        if (shape.Outlines.Count == 0 || most.X <= 0 || most.Y <= 0 || least.X >= canvas.Width || least.Y >= canvas.Height) return false;
        _left = (int)Math.Max(0, least.X);
        _top = (int)Math.Max(0, least.Y);
        _width = (int)Math.Min(canvas.Width, most.X + 1) - _left;
        _height = (int)Math.Min(canvas.Height, most.Y + 1) - _top;
        return _width > 0 && _height > 0;
    }

    private void Edge(Vector2 from, Vector2 to)
    {
        var origin = new Vector2(_left, _top);
        (from, to) = (from - origin, to - origin);
        if (from.Y == to.Y) return;
        var direction = 1f;
        if (from.Y > to.Y) (from, to, direction) = (to, from, -1f);

        var slope = (to.X - from.X) / (to.Y - from.Y);
        var end = Math.Min(to.Y, _height);
        for (var y = Math.Max(from.Y, 0); y < end;)
        {
            var row = (int)y;
            var next = Math.Min(row + 1, end);
            // What lies left of the box covers its rows whole, what lies right of it nothing.
            var enter = Math.Clamp(from.X + ((y - from.Y) * slope), 0, _width);
            var leave = Math.Clamp(from.X + ((next - from.Y) * slope), 0, _width);
            Span(row, Math.Min(enter, leave), Math.Max(enter, leave), direction * (next - y));
            y = next;
        }
    }

    /// <summary>An edge within one row, from x0 to x1, of a given signed height.</summary>
    private void Span(int row, float x0, float x1, float height)
    {
        var cells = _cells.AsSpan(row * (_width + 2), _width + 2);
        var (first, last) = ((int)x0, (int)x1);
        if (first == last)
        {
            var right = 1 - ((x0 + x1) / 2 - first);
            cells[first] += height * right;
            cells[first + 1] += height * (1 - right);
            return;
        }
        var perCell = height / (x1 - x0);
        var covered = 0f;
        for (var cell = first; cell <= last; cell++)
        {
            // The height gained within this cell, and how far right of its middle it stays covered.
            var (a, b) = (Math.Max(x0, cell), Math.Min(x1, cell + 1));
            var gained = perCell * (b - a);
            var right = 1 - ((a + b) / 2 - cell);
            cells[cell] += gained * right;
            cells[cell + 1] += gained * (1 - right);
            covered += gained;
        }
        cells[last + 1] += height - covered;
    }

    private void Sweep(int y, Brush brush)
    {
        var cells = _cells.AsSpan(y * (_width + 2), _width + 2);
        var pixels = canvas.Row(_top + y).Slice(_left, _width);
        var sum = 0f;
        for (var x = 0; x < pixels.Length;)
        {
            sum += cells[x];
            // Between edges the coverage stays as it is: most of a shape is painted in such runs.
            var run = cells[(x + 1)..(_width + 1)].IndexOfAnyExcept(0f) is var next and >= 0 ? Math.Min(next + 1, pixels.Length - x) : pixels.Length - x;
            var coverage = Math.Min(Math.Abs(sum), 1);
            if (coverage > 0.002f) Paint(pixels.Slice(x, run), brush, x + _left, y + _top, coverage);
            x += run;
        }
        cells.Clear();
    }

    private static void Paint(Span<Vector4> pixels, Brush brush, int x, int y, float coverage)
    {
        if (!brush.IsSameAlongRow)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                var local = brush.At(x + i, y);
                pixels[i] += (local - pixels[i]) * (local.W * coverage);
            }
            return;
        }
        var colour = brush.At(x, y);
        var strength = colour.W * coverage;
        if (strength > 0.998f)
        {
            pixels.Fill(colour);
            return;
        }
        foreach (ref var pixel in pixels) pixel += (colour - pixel) * strength;
    }
}
