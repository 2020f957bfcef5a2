using System.Text.RegularExpressions;

namespace AiSimulator.Writing;

/// <summary>What a prompt is about: one phrase to write around, and its words that carry meaning.</summary>
internal sealed partial record Topic(string Phrase, IReadOnlyList<string> Words)
{
    private const int LongestPhrase = 14;

    private static readonly HashSet<string> Fillers = new(StringComparer.OrdinalIgnoreCase)
    {
        "about", "after", "also", "campaign", "caption", "could", "create", "draft", "each", "from", "have", "image", "images", "into",
        "just", "like", "make", "more", "most", "much", "need", "only", "over", "people", "photo", "picture", "please", "post", "prompt",
        "should", "some", "such", "text", "than", "that", "their", "them", "then", "there", "these", "they", "this", "very", "want", "what",
        "when", "where", "which", "while", "will", "with", "words", "would", "write", "your", "their", "being", "been",
    };

    public static Topic Of(string asked)
    {
        var text = Spaces().Replace(Quoted().Match(asked) is { Success: true } quote ? quote.Groups["content"].Value : AfterLabel(asked), " ").Trim();
        var sentence = text.Split(['.', '!', '?', ';'], 2)[0];
        var phrase = Lead().Replace(Order().Replace(sentence, ""), "").Trim(' ', ',', ':', '-');
        if (phrase.Length == 0) phrase = sentence.Length > 0 ? sentence : "something new";
        phrase = string.Join(' ', phrase.Split(' ').Take(LongestPhrase)).TrimEnd(',', ':');

        string[] words =
        [
            .. Word().Matches(text).Select(m => m.Value)
                .Where(w => w.Length > 3 && !Fillers.Contains(w))
                .Select(w => w.ToLowerInvariant())
                .Distinct()
                .Take(6),
        ];
        return new Topic(phrase, words.Length > 0 ? words : [phrase]);
    }

    /// <summary>A prompt that was wrapped in instructions often stands behind a label on a line of its own.</summary>
    private static string AfterLabel(string asked) => Label().Match(asked) is { Success: true } label ? label.Groups["content"].Value : asked;

    [GeneratedRegex("[\"“«](?<content>[^\"”»]{8,})[\"”»]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:prompt|brief|topic|subject|about)\s*:\s*(?<content>\S[^\n]*)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex(
        @"^(?:(?:please|write|create|make|generate|design|draft|compose|prepare|give|me|us|a|an|the|some|short|long|new|marketing|advertising|social|media|campaign|text|copy|post|caption|ad|story|article|description|for|about|on|of|announcing|promoting)\s+)+?(?=(?:a|an|the|our|my)\s)|^(?:please\s+)?(?:write|create|make|generate|design|draft|compose|promote|announce|advertise)\s+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Lead();

    /// <summary>"A summer campaign for" and the like: what is ordered, not what it is about.</summary>
    [GeneratedRegex(@"^.{0,80}?\b(campaign|text|post|caption|copy|advert|advertisement|announcement|slogan|poster|story|newsletter)s?\s+(for|about|on|announcing|promoting)\s+(?=\S)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Order();

    [GeneratedRegex(@"[\p{L}][\p{L}'’-]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
