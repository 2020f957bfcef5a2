using System.Diagnostics;
using System.Text.RegularExpressions;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Architecture;

/// <summary>The words that docs/glossary.md lists as ones to avoid are in none of the repository's texts.</summary>
public sealed class WordsTests
{
    private const string Glossary = "docs/glossary.md";

    private static readonly string[] Extensions = [".cs", ".md", ".sql", ".ts", ".tsx", ".mjs", ".json"];

    // Lock files, the built page and the providers' documented responses are not this project's texts.
    private static readonly Regex Foreign = Pattern(@"(^|/)package-lock\.json$|^FunctionApp/wwwroot/|^FunctionApp\.Tests/Generation/Documented/.*\.json$");

    private static readonly Dictionary<(string File, string Word), string> Allowed = new()
    {
        [("AiSimulator/Providers/OpenAi/GeminiDialect.cs", "cancelled")] = "Gemini's code",
        [("FunctionApp/Generation/Failures/FailureTable.cs", "cancelled")] = "Gemini's code",
        [("FunctionApp/Generation/Jobs/ImageJobReader.cs", "cancelled")] = "a status that providers report",
        [("FunctionApp.Tests/Generation/FailureTableTests.cs", "cancelled")] = "Gemini's code",
        [("FunctionApp.Tests/Generation/LenientResponseTests.cs", "cancelled")] = "a status that providers report",
        [("AiSimulator/Writing/Tone.cs", "wish")] = "a sentence of the marketing texts that the simulator writes",
    };

    [Fact]
    public void Texts_HaveNoneOfTheWordsToAvoid()
    {
        var root = Repository.Root;
        var words = ReadWords(Path.Combine(root, Glossary));
        var files = TrackedFiles(root);
        Assert.Contains(Glossary, files);

        Hit[] hits = [.. files.Where(IsSearched).SelectMany(file => Search(words, file, File.ReadLines(Path.Combine(root, file))))];

        Hit[] forbidden = [.. hits.Where(hit => !Allowed.ContainsKey((hit.File, hit.Word)))];
        Assert.True(forbidden.Length == 0, string.Join(Environment.NewLine, forbidden.AsEnumerable()));
        Assert.Empty(Allowed.Keys.Except(hits.Select(hit => (hit.File, hit.Word))));
    }

    [Theory]
    [InlineData("Nobody told them.", "told")]
    [InlineData("public void IsTold(string toldWhat)", "told, told")]
    [InlineData("Handed over; the code StandsStill", "handed, stands still")]
    [InlineData("Its threshold, its e-mail, its Email and its mailbox", "")]
    public void Search_FindsWords_AlsoInsideIdentifiers(string line, string expected)
    {
        var words = ReadWords(Path.Combine(Repository.Root, Glossary));

        Assert.Equal(expected, string.Join(", ", Search(words, "file", [line]).Select(hit => hit.Word)));
    }

    /// <summary>The first column of the glossary's last table, whose cells list words and phrases.</summary>
    private static Regex ReadWords(string glossary)
    {
        string[] words = [.. File.ReadLines(glossary)
            .SkipWhile(line => line != "## Words to avoid")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .SelectMany(line => line.Split('|')[1].Split(',', StringSplitOptions.TrimEntries))];
        Assert.NotEmpty(words);
        return Pattern($"(?<![a-z]|e-)({string.Join('|', words)})(?![a-z])");
    }

    private static string[] TrackedFiles(string root)
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z"]) { WorkingDirectory = root, RedirectStandardOutput = true, UseShellExecute = false };
        using var git = Process.Start(start)!;
        return git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsSearched(string file) => Extensions.Contains(Path.GetExtension(file)) && !Foreign.IsMatch(file)
        && file != Glossary && Path.GetFileNameWithoutExtension(file) != nameof(WordsTests);

    private static IEnumerable<Hit> Search(Regex words, string file, IEnumerable<string> lines) => lines
        .SelectMany((line, index) => words.Matches(SeparateWords(line)).Select(match => new Hit(file, index + 1, match.Value.ToLowerInvariant())));

    // "IsTold" becomes "Is Told".
    private static string SeparateWords(string line) =>
        Regex.Replace(line, "(?<=[a-z])(?=[A-Z])", " ", RegexOptions.None, TimeSpan.FromSeconds(5));

    private static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private sealed record Hit(string File, int Line, string Word)
    {
        public override string ToString() => $"{File}:{Line}: {Word}";
    }
}
