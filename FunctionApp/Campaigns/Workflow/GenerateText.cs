using Atelier.Generation;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that makes a campaign's text.</summary>
public sealed class GenerateText(PartRunner runner, GeneratorCatalog generators)
{
    /// <summary>Makes one attempt. The text is in the campaign's row, not in the history.</summary>
    /// <returns>The campaign's status since; <see langword="null"/> where it is not known.</returns>
    [Function(nameof(GenerateText))]
    public Task<string?> RunAsync([ActivityTrigger] PartInput input, CancellationToken cancellationToken) =>
        runner.RunAsync(
            input,
            async (attempt, token) =>
            {
                var text = await generators.Text(attempt.Provider).GenerateAsync(ToRequest(attempt), token);
                return new TextResult(StorableText.From(text.Content), attempt.Provider, text.Model, text.Usage);
            },
            cancellationToken);

    private static TextRequest ToRequest(PartAttempt attempt)
    {
        var options = attempt.Request.Text;
        return new TextRequest(attempt.Call, attempt.Prompt, options?.MaxWords, options?.Tone, options?.Language)
        {
            HasMoreRoom = attempt.FollowsTruncated,
        };
    }
}
