using System.Globalization;

namespace Endurance;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <returns><see langword="null"/> where the arguments are not pairs of a name and a value.</returns>
    public static CommandLine? Parse(string[] args)
    {
        var line = new CommandLine();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
            {
                return null;
            }

            line._values[args[i][2..]] = args[i + 1];
        }

        return line;
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
