using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.Callback;

/// <summary>
/// The <c>callback</c> provider, a plain one of the repository's own design: <c>{error:{code, message}}</c>, a bearer key, 410 for a job that is not known.
/// </summary>
internal sealed class CallbackDialect : Dialect
{
    public const string Name = "callback";

    public override string Provider => Name;

    public override Reply Error(Failure failure)
    {
        var code = failure.Kind switch
        {
            _ when failure.IsNotFound => "gone",
            FaultKind.RateLimit => "rate_limited",
            FaultKind.Quota => "quota_exhausted",
            FaultKind.Invalid => "invalid_request",
            FaultKind.Moderation => "moderation",
            FaultKind.Unauthorized => "unauthorized",
            _ => "unavailable",
        };
        var status = failure switch
        {
            { IsNotFound: true } => 410,
            { Kind: FaultKind.Quota } => 402,
            _ => failure.Status,
        };
        return Reply.Json(status, new { error = new { code, message = failure.Message, field = failure.Field } });
    }

    public override Reply Empty(string operation) => Reply.Json(200, new { });

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate) => headers["x-request-id"] = call.RequestId;
}
