using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.OpenAi;

/// <summary>
/// Gemini's OpenAI-compatible endpoint: OpenAI's responses, errors as a JSON array with a numeric code and a status name. A key that is not valid is
/// a 400.
/// </summary>
internal sealed class GeminiDialect : OpenAiDialect
{
    public override string Provider => "gemini";

    public override Reply Error(Failure failure)
    {
        var status = failure.Kind == FaultKind.Unauthorized ? 400 : failure.Status;
        var name = status switch
        {
            400 => "INVALID_ARGUMENT",
            404 => "NOT_FOUND",
            408 or 504 => "DEADLINE_EXCEEDED",
            429 => "RESOURCE_EXHAUSTED",
            499 => "CANCELLED",
            502 or 503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        object[] details = failure.Kind switch
        {
            FaultKind.RateLimit =>
            [
                new Dictionary<string, string>
                {
                    ["@type"] = "type.googleapis.com/google.rpc.RetryInfo",
                    ["retryDelay"] = $"{failure.RetryAfterSeconds}s",
                },
            ],
            FaultKind.Quota =>
            [
                new Dictionary<string, object>
                {
                    ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
                    ["violations"] = new[] { new { quotaId = "GenerateRequestsPerDayPerProjectPerModel" } },
                },
            ],
            FaultKind.Unauthorized =>
            [
                new Dictionary<string, string>
                {
                    ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
                    ["reason"] = "API_KEY_INVALID",
                    ["domain"] = "googleapis.com",
                },
            ],
            _ => [],
        };
        var error = new Dictionary<string, object> { ["code"] = status, ["message"] = failure.Message, ["status"] = name };
        if (details.Length > 0) error["details"] = details;
        return Reply.Json(status, new[] { new { error } });
    }

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate) =>
        headers["x-request-id"] = call.RequestId;
}
