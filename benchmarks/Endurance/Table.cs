using System.Text;

namespace Endurance;

/// <summary>A table in Markdown, its columns aligned.</summary>
internal sealed class Table(string[] head)
{
    private readonly List<string[]> _rows = [];

    public void Add(params object[] cells) => _rows.Add([.. cells.Select(c => c.ToString() ?? string.Empty)]);

    public override string ToString()
    {
        var widths = head.Select((h, i) => _rows.Select(r => r[i].Length).Append(h.Length).Max()).ToArray();
        var text = new StringBuilder();
        Line(text, head, widths);
        Line(text, [.. widths.Select(w => new string('-', w))], widths);
        _rows.ForEach(r => Line(text, r, widths));
        return text.ToString();
    }

    private static void Line(StringBuilder text, string[] cells, int[] widths) =>
        text.Append("| ").AppendJoin(" | ", cells.Select((c, i) => c.PadRight(widths[i]))).AppendLine(" |");
}
