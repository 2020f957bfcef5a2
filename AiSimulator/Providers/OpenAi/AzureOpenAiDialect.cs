using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.OpenAi;

/// <summary>
/// Azure OpenAI: OpenAI's responses with errors of its own (numeric codes as text, content filter results). The key comes in
/// <c>api-key</c> or as a bearer; a bearer that looks like an Entra ID token is let pass, since there is no directory to ask.
/// </summary>
internal sealed class AzureOpenAiDialect : OpenAiDialect
{
    public override string Provider => "azure-openai";

    public override bool IsAuthorized(HttpRequest request, string key) =>
        Same(request.Headers["api-key"].ToString(), key)
        || HasBearer(request, key)
        || request.Headers.Authorization.ToString().Count(c => c == '.') == 2;

    public override Reply Error(Failure failure) => failure.Kind switch
    {
        FaultKind.Moderation when failure.Operation == Operations.Image =>
            Reply.Json(400, new { created = 0, error = new { code = "contentFilter", message = failure.Message } }),
        FaultKind.Moderation => Reply.Json(400, new { error = FilteredPrompt(failure.Message) }),
        FaultKind.Quota => Reply.Json(429, new { error = new { code = "insufficient_quota", message = failure.Message } }),
        FaultKind.Invalid => base.Error(failure),
        _ => Reply.Json(failure.Status, new { error = new { code = failure.Status.ToString(), message = failure.Message } }),
    };

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate)
    {
        base.Decorate(headers, call, rate);
        headers["apim-request-id"] = call.RequestId;
        headers["x-ms-region"] = "Simulated";
    }

    private static object FilteredPrompt(string message)
    {
        static object Harmless() => new { filtered = false, severity = "safe" };
        return new
        {
            message,
            type = (string?)null,
            param = "prompt",
            code = "content_filter",
            status = 400,
            innererror = new
            {
                code = "ResponsibleAIPolicyViolation",
                content_filter_result = new
                {
                    hate = Harmless(),
                    jailbreak = new { filtered = false, detected = false },
                    self_harm = Harmless(),
                    sexual = Harmless(),
                    violence = new { filtered = true, severity = "medium" },
                },
            },
        };
    }
}
