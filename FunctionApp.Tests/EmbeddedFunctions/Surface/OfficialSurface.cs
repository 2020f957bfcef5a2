using System.Text.RegularExpressions;

namespace FunctionApp.Tests.EmbeddedFunctions.Surface;

/// <summary>The official assemblies' surface, as listed in the text files beside this one.</summary>
internal static partial class OfficialSurface
{
    /// <summary>Each type's own line with the lines of its members.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Types { get; } = Read();

    private static Dictionary<string, IReadOnlyList<string>> Read()
    {
        var types = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var assembly = typeof(OfficialSurface).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith("official/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            List<string>? members = null;
            while (reader.ReadLine() is { } line)
            {
                if (!TypeLine().IsMatch(line)) members!.Add(line);
                // Two assemblies may declare a type of one name, as they do for extension methods: it has the members of both.
                else if (!types.TryGetValue(line, out members)) types.Add(line, members = []);
            }
        }

        return types.ToDictionary(type => type.Key, IReadOnlyList<string> (type) => type.Value, StringComparer.Ordinal);
    }

    [GeneratedRegex("^((abstract|sealed|static) )?(class|record|struct|interface|enum|delegate) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();
}
