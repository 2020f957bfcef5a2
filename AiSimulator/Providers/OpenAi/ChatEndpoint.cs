using System.Text;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Writing;

namespace AiSimulator.Providers.OpenAi;

/// <summary><c>POST {base}/chat/completions</c>, for OpenAI, Azure OpenAI and Gemini.</summary>
internal sealed class ChatEndpoint(CallPipeline pipeline, CopyWriter writer, SimulatorOptions options)
{
    public void Map(IEndpointRouteBuilder routes, string baseUrl, Dialect dialect) =>
        routes.MapPost($"{baseUrl}/chat/completions", (HttpContext http) => pipeline.RunAsync(http, dialect, Operations.Text, ChatRequest.Read, RespondAsync));

    private Task<Reply> RespondAsync(ChatRequest request, Call call, CancellationToken cancellation)
    {
        var content = writer.Write(FaultDirective.Strip(request.Asked), FaultDirective.Strip(request.Instructions), call.Variation);
        var finish = "stop";
        string? refusal = null;
        var limit = request.MaxTokens ?? (call.Fault?.Kind == FaultKind.Length ? TokensOf(content) / 2 : null);
        if (limit is { } most && TokensOf(content) > most)
        {
            content = string.Join(' ', content.Split(' ').Take((int)Math.Max(1, most * 3 / 4)));
            finish = "length";
        }
        if (call.Fault?.Kind == FaultKind.Filtered) (content, finish) = ("", "content_filter");
        if (call.Fault?.Kind == FaultKind.Refusal) (content, refusal) = ("", "I can't help with that request.");

        var id = $"chatcmpl-{call.Record.RequestId[4..]}";
        var created = options.Clock.GetUtcNow().ToUnixTimeSeconds();
        var (asked, answered) = (TokensOf(request.Prompt) + 8, TokensOf(content));
        var usage = new
        {
            prompt_tokens = asked,
            completion_tokens = answered,
            total_tokens = asked + answered,
            prompt_tokens_details = new { cached_tokens = 0, audio_tokens = 0 },
            completion_tokens_details = new { reasoning_tokens = 0, audio_tokens = 0, accepted_prediction_tokens = 0, rejected_prediction_tokens = 0 },
        };
        if (request.Stream) return Task.FromResult(Streamed(request, id, created, content, finish, usage));

        // A message without content has null there, as with the providers.
        var message = new { role = "assistant", content = content.Length == 0 ? null : content, refusal, annotations = Array.Empty<object>() };
        return Task.FromResult(Reply.Json(200, new
        {
            id,
            @object = "chat.completion",
            created,
            model = request.Model,
            choices = new[] { new { index = 0, message, finish_reason = finish, logprobs = (object?)null } },
            usage,
            service_tier = "default",
            system_fingerprint = "fp_simulated",
        }));
    }

    private static Reply Streamed(ChatRequest request, string id, long created, string content, string finish, object usage)
    {
        var events = new StringBuilder();
        void Chunk(object[] choices, object? counted = null) => events
            .Append("data: ")
            .Append(Reply.ToJson(new { id, @object = "chat.completion.chunk", created, model = request.Model, choices, usage = counted }))
            .Append("\n\n");
        void Delta(object delta, string? reason = null) => Chunk([new { index = 0, delta, finish_reason = reason }]);

        Delta(new { role = "assistant", content = "" });
        foreach (var word in content.Split(' ').Select((w, i) => i == 0 ? w : " " + w)) Delta(new { content = word });
        Delta(new { }, finish);
        if (request.StreamUsage) Chunk([], usage);
        return Reply.Text(200, "text/event-stream", events.Append("data: [DONE]\n\n").ToString());
    }

    /// <summary>About four characters of English make a token.</summary>
    private static int TokensOf(string text) => (text.Length + 3) / 4;
}
