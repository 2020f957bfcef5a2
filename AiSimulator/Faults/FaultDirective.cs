using System.Text.RegularExpressions;
using AiSimulator.Calls;
using AiSimulator.Http;

namespace AiSimulator.Faults;

/// <summary>
/// A fault asked for inside a prompt: <c>[[fault: image/0 429 x2 retry-after=1]]</c>. In this order: a target (<c>text</c>,
/// <c>image</c>, <c>image/N</c>, <c>poll</c>, <c>cancel</c>, <c>download</c>, or <c>*</c> for texts and images, the default), a kind
/// (<see cref="FaultKinds"/>), and in any order <c>xN</c> for the next N calls (default 1, <c>x*</c> for all) and the options
/// <c>retry-after=</c> seconds or <c>none</c>, <c>retry-after-ms=</c>, <c>retry-after-date</c>, <c>delay=</c> seconds.
/// </summary>
internal sealed partial record FaultDirective(string Operation, int? Index, long Times, Fault Fault)
{
    private const string Any = "*";

    /// <summary>The directives of a prompt, in the order they stand.</summary>
    /// <exception cref="InvalidRequestException">A directive that cannot be read: the test that contains it must fail.</exception>
    public static IReadOnlyList<FaultDirective> ReadAll(string prompt) =>
        prompt.Contains("[[", StringComparison.Ordinal)
            ? [.. Pattern().Matches(prompt).Select(m => Read(m.Groups["content"].Value))]
            : [];

    /// <summary>The prompt without its directives: what texts and pictures are made of.</summary>
    public static string Strip(string prompt) =>
        prompt.Contains("[[", StringComparison.Ordinal) ? Pattern().Replace(prompt, " ").Trim() : prompt;

    /// <summary>
    /// The fault due for a call. Directives for the same part take turns: the first for its N calls, then the next. Calls count
    /// by campaign and part; for calls without an identity, by prompt and arrival, so that <c>image/2</c> is then the third to arrive.
    /// </summary>
    public static Fault? Due(IReadOnlyList<FaultDirective> directives, CallRecord call, CallIdentity? given)
    {
        var index = new CallIdentity(call.Campaign, call.Part, given is not null).Index;
        var before = given is null && call.Operation == Operations.Image ? index : call.Attempt - 1;
        long turn = 0;
        foreach (var directive in directives)
        {
            if (!directive.IsFor(call.Operation)) continue;
            if (directive.Index is { } wanted && given is null)
            {
                if (before >= wanted && before - wanted < directive.Times) return directive.Fault;
                continue;
            }
            if (directive.Index is { } exact && exact != index) continue;
            if (before - turn < directive.Times) return directive.Fault;
            turn += directive.Times;
        }
        return null;
    }

    private static FaultDirective Read(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var at = 0;
        var (operation, index) = (Any, (int?)null);
        if (words.Length > 0 && TryTarget(words[0], out var target)) (operation, index, at) = (target.Operation, target.Index, 1);
        if (at >= words.Length || !FaultKinds.TryParse(words[at], out var kind))
            throw new InvalidRequestException("prompt", $"The directive [[fault: {text}]] names no known fault: {string.Join(", ", FaultKinds.Names)}.");

        long times = 1;
        var fault = new Fault(kind);
        foreach (var word in words.AsSpan(at + 1))
        {
            if (word == "x*") times = int.MaxValue;
            else if (word[0] == 'x' && int.TryParse(word.AsSpan(1), out var count)) times = count;
            else fault = WithOption(fault, word, text);
        }
        return new FaultDirective(operation, index, times, fault);
    }

    private static Fault WithOption(Fault fault, string word, string directive)
    {
        var (name, value) = word.IndexOf('=', StringComparison.Ordinal) is var sign and > 0 ? (word[..sign], word[(sign + 1)..]) : (word, "");
        var number = double.TryParse(value, out var parsed) && parsed is >= 0 and <= 86_400_000 ? parsed : (double?)null;
        return (name, number) switch
        {
            ("retry-after", null) when value == "none" => fault with { Format = RetryAfterFormat.None },
            ("retry-after", { } seconds) => fault with { RetryAfter = TimeSpan.FromSeconds(seconds) },
            ("retry-after-ms", { } ms) => fault with { RetryAfter = TimeSpan.FromMilliseconds(ms), InMilliseconds = true },
            ("retry-after-date", { } seconds) => fault with { RetryAfter = TimeSpan.FromSeconds(seconds), Format = RetryAfterFormat.Date },
            ("retry-after-date", null) when value.Length == 0 => fault with { Format = RetryAfterFormat.Date },
            ("delay", { } seconds) => fault with { Delay = TimeSpan.FromSeconds(seconds) },
            _ => throw new InvalidRequestException("prompt", $"The directive [[fault: {directive}]] has an option that is not understood: {word}."),
        };
    }

    private static bool TryTarget(string word, out (string Operation, int? Index) target)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? word : word[..slash];
        target = (name, slash > 0 && int.TryParse(word.AsSpan(slash + 1), out var index) ? index : null);
        return (name == Any || Operations.IsKnown(name)) && (slash < 0 || target.Index is not null);
    }

    private bool IsFor(string operation) =>
        Operation == operation || (Operation == Any && operation is (Operations.Text or Operations.Image));

    [GeneratedRegex(@"\[\[\s*fault:\s*(?<content>[^\]]*?)\s*\]\]", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
