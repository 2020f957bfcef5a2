using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.Replicate;

/// <summary>Replicate: <c>{title, detail, status}</c>, a bearer (or, as of old, <c>Token</c>) key, 402 when the credit is used up.</summary>
internal sealed class ReplicateDialect : Dialect
{
    public const string Name = "replicate";

    public override string Provider => Name;

    public override Reply Error(Failure failure)
    {
        var status = failure.Kind switch
        {
            FaultKind.Quota => 402,
            FaultKind.Invalid when !failure.IsNotFound => 422,
            _ => failure.Status,
        };
        var title = status switch
        {
            401 => "Unauthenticated",
            402 => "Insufficient credit",
            404 => "Not found",
            422 => "Input validation failed",
            429 => "Too many requests",
            _ => "Internal server error",
        };
        var body = new Dictionary<string, object> { ["title"] = title, ["detail"] = failure.Message, ["status"] = status };
        if (status == 429) body["retry_after"] = failure.RetryAfterSeconds;
        if (failure.Field is not null) body["invalid_fields"] = new[] { new { type = "invalid", field = failure.Field, description = failure.Message } };
        return Reply.Json(status, body) with { ContentType = "application/problem+json" };
    }

    public override Reply Empty(string operation) => Reply.Json(200, new { });

    public override bool IsAuthorized(HttpRequest request, string key) =>
        HasBearer(request, key)
        || (request.Headers.Authorization.ToString() is var value && value.StartsWith("Token ", StringComparison.Ordinal) && Same(value[6..], key));

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate)
    {
        headers["x-request-id"] = call.RequestId;
        headers["ratelimit-remaining"] = rate.Remaining.ToString();
        headers["ratelimit-reset"] = ((int)rate.Reset.TotalSeconds).ToString();
    }
}
