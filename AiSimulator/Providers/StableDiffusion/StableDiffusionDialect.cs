using System.Text;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers.StableDiffusion;

/// <summary>
/// The Stable Diffusion web UI: <c>{error, detail, body, errors}</c>, for a request that is not valid <c>{detail: [{loc, msg, type}]}</c>; Basic
/// authentication with the key as password.
/// </summary>
internal sealed class StableDiffusionDialect : Dialect
{
    public override string Provider => "stable-diffusion";

    public override Reply Error(Failure failure)
    {
        if (failure.Kind == FaultKind.Invalid)
            return Reply.Json(422, new { detail = new[] { new { loc = new[] { "body", failure.Field ?? "prompt" }, msg = failure.Message, type = "value_error" } } });
        var (name, status) = failure.Kind switch
        {
            FaultKind.Unauthorized => ("HTTPException", 401),
            FaultKind.RateLimit => ("HTTPException", 429),
            FaultKind.Quota => ("HTTPException", 402),
            FaultKind.Moderation => ("SafetyError", 400),
            FaultKind.Error => ("OutOfMemoryError", 500),
            _ => ("HTTPException", failure.Status),
        };
        var reply = Reply.Json(status, new { error = name, detail = status == 500 ? "" : failure.Message, body = "", errors = failure.Message });
        return status == 401 ? reply.With("WWW-Authenticate", "Basic") : reply;
    }

    public override Reply Empty(string operation) => Reply.Json(200, new { images = Array.Empty<string>(), parameters = new { }, info = "{}" });

    public override bool IsAuthorized(HttpRequest request, string key)
    {
        var value = request.Headers.Authorization.ToString();
        if (!value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value[6..].Trim(), bytes, out var length)) return false;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return Same(pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..], key);
    }

    public override void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate) =>
        headers["x-process-time"] = "0.0";
}
