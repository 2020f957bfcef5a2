using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.OpenAi;

/// <summary>OpenAI: <c>{error:{message, type, param, code}}</c>, a bearer key, rate-limit headers.</summary>
internal class OpenAiDialect : Dialect
{
    public override string Provider => "openai";

    public override Reply Error(Failure failure)
    {
        var (type, code, field) = failure.Kind switch
        {
            FaultKind.RateLimit => ("requests", "rate_limit_exceeded", null),
            FaultKind.Quota => ("insufficient_quota", "insufficient_quota", null),
            FaultKind.Unauthorized => ("invalid_request_error", "invalid_api_key", null),
            FaultKind.Invalid => ("invalid_request_error", failure.Code, failure.Field),
            FaultKind.Moderation when failure.Operation == Operations.Image => ("image_generation_user_error", "moderation_blocked", ""),
            FaultKind.Moderation => ("invalid_request_error", "content_policy_violation", (string?)null),
            FaultKind.Unavailable => ("service_unavailable_error", null, null),
            FaultKind.RequestTimeout or FaultKind.GatewayTimeout => ("timeout", null, null),
            _ => ("server_error", null, null),
        };
        return Reply.Json(failure.Status, new { error = new { message = failure.Message, type, param = field, code } });
    }

    public override Reply Empty(string operation) => operation == Operations.Text
        ? Reply.Json(200, new
        {
            id = "chatcmpl-empty",
            @object = "chat.completion",
            created = 0,
            model = "empty",
            choices = Array.Empty<object>(),
            usage = new { prompt_tokens = 0, completion_tokens = 0, total_tokens = 0 },
        })
        : Reply.Json(200, new { created = 0, data = Array.Empty<object>() });

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate)
    {
        headers["x-request-id"] = call.RequestId;
        headers["openai-version"] = "2020-10-01";
        headers["x-ratelimit-limit-requests"] = rate.Limit.ToString();
        headers["x-ratelimit-remaining-requests"] = rate.Remaining.ToString();
        headers["x-ratelimit-reset-requests"] = $"{rate.Reset.TotalSeconds:0.###}s";
    }
}
