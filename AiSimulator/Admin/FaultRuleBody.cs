using System.Text.Json.Nodes;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Admin;

/// <summary>
/// Fault rules as the admin endpoint reads and shows them: <c>{kind, provider?, operation?, campaign?, part?, share?, times?, retryAfterSeconds?,
/// retryAfterMs?, retryAfterDate?, noRetryAfter?, delaySeconds?}</c>.
/// </summary>
internal static class FaultRuleBody
{
    private static readonly string[] Providers = ["openai", "azure-openai", "gemini", "stable-diffusion", "replicate", "callback"];

    /// <summary>Reads a rule; its id comes from the book.</summary>
    /// <exception cref="InvalidRequestException">Something is unknown or out of range.</exception>
    public static Func<long, FaultRule> Read(JsonObject body)
    {
        var name = body["kind"]?.ToString() ?? "";
        if (!FaultKinds.TryParse(name, out var kind))
            throw new InvalidRequestException("kind", $"Unknown kind '{name}'. There are: {string.Join(", ", FaultKinds.Names)}.");
        if (body.Text("provider") is { } provider && !Providers.Contains(provider))
            throw new InvalidRequestException("provider", $"Unknown provider '{provider}'. There are: {string.Join(", ", Providers)}.");
        if (body.Text("operation") is { } operation && !Operations.IsKnown(operation))
            throw new InvalidRequestException("operation", $"Unknown operation '{operation}'. There are: text, image, poll, cancel, download.");
        var share = body.Number("share") ?? 1;
        if (share is not (>= 0 and <= 1)) throw new InvalidRequestException("share", "The share must be between 0 and 1.");
        var times = body.Integer("times") is null ? (int?)null : body.InRange("times", 1, 1, int.MaxValue);

        var inMilliseconds = body.ContainsKey("retryAfterMs");
        var fault = new Fault(kind)
        {
            RetryAfter = inMilliseconds ? Duration(body, "retryAfterMs", 1) : Duration(body, "retryAfterSeconds", 1000),
            InMilliseconds = inMilliseconds,
            Format = body.Flag("noRetryAfter") ? RetryAfterFormat.None : body.Flag("retryAfterDate") ? RetryAfterFormat.Date : RetryAfterFormat.Seconds,
            Delay = Duration(body, "delaySeconds", 1000),
        };
        return id => new FaultRule(id, fault)
        {
            Provider = body.Text("provider"),
            Operation = body.Text("operation"),
            Campaign = body.Text("campaign"),
            Part = body.Text("part"),
            Share = share,
            Remaining = times,
        };
    }

    public static object Show(FaultRule rule) => new
    {
        id = rule.Id,
        kind = rule.Fault.Name,
        provider = rule.Provider,
        operation = rule.Operation,
        campaign = rule.Campaign,
        part = rule.Part,
        share = rule.Share,
        remaining = rule.Remaining,
        struck = rule.Struck,
        retryAfterMs = rule.Fault.RetryAfter?.TotalMilliseconds,
        delayMs = rule.Fault.Delay?.TotalMilliseconds,
    };

    private static TimeSpan? Duration(JsonObject body, string field, double milliseconds) => body.Number(field) switch
    {
        null => null,
        >= 0 and <= 86_400_000 and var number => TimeSpan.FromMilliseconds(number * milliseconds),
        _ => throw new InvalidRequestException(field, $"'{field}' is out of range."),
    };
}
