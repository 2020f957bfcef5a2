using System.ClientModel;
using System.Text.Json.Nodes;
using Atelier.Generation.Calls;
using OpenAI.Chat;

namespace Atelier.Generation.OpenAI;

/// <summary>How a service differs from OpenAI's chat API.</summary>
internal enum ChatDialect
{
    /// <summary>Not at all.</summary>
    OpenAI,

    /// <summary>Google refuses fields that its API does not list, <c>user</c> among them, and limits a response by <c>max_tokens</c>.</summary>
    Google,
}

/// <summary>Writes texts with a chat model of OpenAI, or of a service with the same API.</summary>
/// <param name="client">The client, without retries of its own.</param>
/// <param name="model">The model's name, or a deployment's.</param>
/// <param name="dialect">How the service differs from OpenAI's API.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAITextGenerator(ChatClient client, string model, ChatDialect dialect, ProviderCaller caller) : ITextGenerator
{
    /// <summary>The limit after a text that was cut, in tokens: enough for any campaign's text and its reasoning, and allowed by most models.</summary>
    private const int MoreRoom = 16_384;

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public string? Model => model;

    /// <inheritdoc/>
    public Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken) =>
        caller.RunAsync(token => CompleteAsync(request, token), cancellationToken);

    private async Task<GeneratedText> CompleteAsync(TextRequest request, CancellationToken cancellationToken)
    {
        using var body = BinaryContent.Create(BinaryData.FromString(BodyOf(request).ToJsonString()));
        try
        {
            var response = await OpenAIClients.SendAsync(options => client.CompleteChatAsync(body, options), request.Call, caller, cancellationToken);
            return ChatResponse.Read(response, model, caller);
        }
        catch (GenerationException refused) when (request.HasMoreRoom && refused.Code == GenerationErrorCodes.InvalidRequest)
        {
            // The model does not allow the higher limit.
            throw caller.Failures.Truncated(Provider);
        }
    }

    private JsonObject BodyOf(TextRequest request)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = CampaignPrompt.System(request) },
                new JsonObject { ["role"] = "user", ["content"] = request.Prompt }),
        };
        if (dialect == ChatDialect.OpenAI)
            body["user"] = request.Call.User;
        if (request.HasMoreRoom)
            body[dialect == ChatDialect.OpenAI ? "max_completion_tokens" : "max_tokens"] = MoreRoom;
        return body;
    }
}
