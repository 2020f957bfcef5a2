using System.Text.RegularExpressions;

namespace AiSimulator.Writing;

/// <summary>
/// Writes a short marketing text about a prompt, in English: a headline, a paragraph, a call to action. The same prompt and seed
/// give the same text, each variation another one. A limit such as "at most 60 words", in the prompt or in the instructions, is kept.
/// </summary>
internal sealed partial class CopyWriter(SimulatorOptions options)
{
    private const int UsualLength = 110;

    private static readonly string[] Gaps = ["{a}", "{b}", "{c}"];

    public string Write(string asked, string instructions, int variation = 0)
    {
        var topic = Topic.Of(asked);
        var dice = variation == 0 ? Dice.For("text", asked, options.Seed.ToString()) : Dice.For("text", asked, options.Seed.ToString(), variation.ToString());
        var tone = Tone.All.Where(t => topic.Words.Any(t.Words.Contains)).FirstOrDefault() ?? dice.Pick(Tone.All);
        var limit = Math.Min(LimitOf(instructions), LimitOf(asked));

        var headline = Fill(dice.Pick(tone.Headlines), topic, dice);
        var opening = Fill(dice.Pick(tone.Openings), topic, dice);
        var closing = dice.Pick(tone.Closings);
        var room = limit - CountWords(headline) - CountWords(opening) - CountWords(closing);
        var body = new List<string> { opening };
        var middles = dice.Shuffle(tone.Middles.Where(m => WordsNeeded(m) <= topic.Words.Count));
        foreach (var sentence in middles.Take(4).Select(m => Fill(m, topic, dice)))
        {
            if (CountWords(sentence) > room) continue;
            body.Add(sentence);
            room -= CountWords(sentence);
        }
        var text = $"{headline}\n\n{string.Join(' ', body)}\n\n{closing}";
        return CountWords(text) <= limit ? text : FirstWords($"{headline}\n\n{closing}", limit);
    }

    /// <summary>How many different words a sentence asks for: with fewer it would repeat one of them.</summary>
    private static int WordsNeeded(string sentence) =>
        Gaps.Count(g => sentence.Contains(g, StringComparison.OrdinalIgnoreCase));

    private static string Fill(string sentence, Topic topic, Dice dice)
    {
        var words = dice.Shuffle(topic.Words);
        string Word(int i) => words[i % words.Length];
        return sentence
            .Replace("{topic}", LowerFirst(topic.Phrase), StringComparison.Ordinal)
            .Replace("{Topic}", UpperFirst(topic.Phrase), StringComparison.Ordinal)
            .Replace("{a}", Word(0), StringComparison.Ordinal)
            .Replace("{b}", Word(1), StringComparison.Ordinal)
            .Replace("{B}", UpperFirst(Word(1)), StringComparison.Ordinal)
            .Replace("{c}", Word(2), StringComparison.Ordinal);
    }

    private static int LimitOf(string text) =>
        Limit().Match(text) is { Success: true } match && int.TryParse(match.Groups["words"].Value, out var words) ? Math.Max(1, words) : UsualLength;

    private static int CountWords(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static string FirstWords(string text, int count) =>
        CountWords(text) <= count ? text : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(count));

    private static string UpperFirst(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Only an article loses its capital: a name must not.</summary>
    private static string LowerFirst(string text) =>
        text.Split(' ')[0] is "A" or "An" or "The" or "Our" or "My" or "Your" ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    [GeneratedRegex(@"(?:at most|no more than|not more than|maximum(?: of)?|max\.?|up to|fewer than|less than|under|within|limit(?:ed)? to)\s+(?<words>\d{1,5})\s+words", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Limit();
}
