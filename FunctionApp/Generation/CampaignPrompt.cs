using System.Text;

namespace Atelier.Generation;

/// <summary>The instructions that a language model gets with the user's prompt.</summary>
internal static class CampaignPrompt
{
    /// <summary>The system message: the task, and the limits that the request sets. The user's prompt goes beside it, unchanged.</summary>
    public static string System(TextRequest request)
    {
        var text = new StringBuilder(
            "You write the copy of marketing campaigns. The user's message says what the campaign is for. " +
            "Answer with the finished campaign text alone: no introduction, no explanation, no alternatives.");
        if (request.MaxWords is { } words)
            text.Append(" Write at most ").Append(words).Append(" words.");
        if (!string.IsNullOrWhiteSpace(request.Tone))
            text.Append(" Tone: ").Append(request.Tone.Trim()).Append('.');
        if (string.IsNullOrWhiteSpace(request.Language))
            text.Append(" Write in the language of the user's message.");
        else
            text.Append(" Language: ").Append(request.Language.Trim()).Append('.');
        return text.ToString();
    }
}
