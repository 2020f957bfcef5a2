using Atelier.Generation.Calls;
using OpenAI.Chat;

namespace Atelier.Generation.OpenAI;

/// <summary>Writes texts with a chat model of OpenAI, or of a service that speaks its API.</summary>
/// <param name="client">The client, without retries of its own.</param>
/// <param name="model">The model's name, or a deployment's.</param>
/// <param name="namesUser">Whether calls say on whose behalf they are made.</param>
/// <param name="headers">The policy that the client was made with.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAITextGenerator(ChatClient client, string model, bool namesUser, CallHeadersPolicy headers, ProviderCaller caller) : ITextGenerator
{
    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken) =>
        caller.RunAsync(token => CompleteAsync(request, token), cancellationToken);

    private async Task<GeneratedText> CompleteAsync(TextRequest request, CancellationToken cancellationToken)
    {
        headers.Begin(request.Call);
        ChatMessage[] messages = [new SystemChatMessage(CampaignPrompt.System(request)), new UserChatMessage(request.Prompt)];
        var options = new ChatCompletionOptions { EndUserId = namesUser ? request.Call.User : null };
        ChatCompletion completion = await client.CompleteChatAsync(messages, options, cancellationToken);

        if (FinishReasonOf(completion) == ChatFinishReason.ContentFilter)
            throw caller.Failures.Filtered(Provider, "The provider's content filter stopped the answer", detail: null);
        if (!string.IsNullOrWhiteSpace(completion.Refusal))
            throw caller.Failures.Filtered(Provider, "The model refused", completion.Refusal);
        var text = string.Concat(completion.Content.Select(part => part.Text)).Trim();
        if (text.Length == 0)
            throw caller.Failures.InvalidAnswer(Provider, "The provider answered without a text");

        return new GeneratedText(text, string.IsNullOrEmpty(completion.Model) ? model : completion.Model, UsageOf(completion.Usage));
    }

    // The package looks at the first choice whenever it is asked for something, whether there is one or not.
    private ChatFinishReason FinishReasonOf(ChatCompletion completion)
    {
        try
        {
            return completion.FinishReason;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw caller.Failures.InvalidAnswer(Provider, "The provider answered without a text");
        }
    }

    private static TokenUsage? UsageOf(ChatTokenUsage? usage) =>
        usage is null ? null : new TokenUsage(usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount);
}
