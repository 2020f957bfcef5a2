using System.Reflection;
using System.Text;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>The statements of one task hub, read from the embedded files in <c>Sql/</c>.</summary>
/// <remarks>
/// In a file a statement begins with a line <c>-- name: X</c>; comments are left out of what is sent. Nothing but the quoted name of the hub's schema
/// and the statements' own fragments is ever put into the text: values are parameters.
/// </remarks>
internal sealed class SqlText
{
    private const string NamePrefix = "-- name: ";

    private static readonly Dictionary<string, string> Templates = ReadTemplates();

    private readonly string _hub;

    /// <param name="taskHub">The name of the hub's schema, unquoted.</param>
    public SqlText(string taskHub)
    {
        _hub = QuoteIdentifier(taskHub);
        Channel = $"{taskHub}_durable";
    }

    /// <summary>The channel of LISTEN and NOTIFY between the hub's nodes and clients, unquoted.</summary>
    public string Channel { get; }

    /// <summary>The text of the statement with that name.</summary>
    public string this[string name] => Templates[name]
        .Replace("{columns}", Templates["Columns"], StringComparison.Ordinal)
        .Replace("{to_rewind}", Templates["ToRewind"], StringComparison.Ordinal)
        .Replace("{is_due}", Templates["IsDue"], StringComparison.Ordinal)
        .Replace("{set_instance}", Templates["SetInstance"], StringComparison.Ordinal)
        .Replace("{take_over}", Templates["TakeOver"], StringComparison.Ordinal)
        .Replace("{hub}", _hub, StringComparison.Ordinal);

    /// <summary>The statement with that name in its two forms, for the given numbers of columns.</summary>
    public RowsStatement Rows(string name, int columns, int updates = 0) => RowsStatement.Of(this[name], columns, updates);

    /// <summary>The script that brings a hub to a version of the schema.</summary>
    public string Script(int version) =>
        ReadFile($"Schema.{version}.sql").Replace("{hub}", _hub, StringComparison.Ordinal);

    /// <summary>An identifier as SQL text.</summary>
    public static string QuoteIdentifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Dictionary<string, string> ReadTemplates()
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in (string[])["Commit.sql", "Instances.sql", "Nodes.sql"])
        {
            string? name = null;
            var text = new StringBuilder();
            foreach (var line in ReadFile(file).Split('\n'))
            {
                if (line.StartsWith(NamePrefix, StringComparison.Ordinal))
                {
                    Add();
                    name = line[NamePrefix.Length..].Trim();
                }
                else if (!line.StartsWith("--", StringComparison.Ordinal))
                {
                    text.Append(line).Append('\n');
                }
            }

            Add();

            void Add()
            {
                if (name is not null)
                {
                    templates.Add(name, text.ToString().Trim());
                }

                text.Clear();
            }
        }

        return templates;
    }

    private static string ReadFile(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"DurableTask.PostgreSQL.Sql.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
