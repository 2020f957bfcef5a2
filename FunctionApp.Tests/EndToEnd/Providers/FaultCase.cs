using AiSimulator.Faults;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>The expected outcome of one fault at one provider.</summary>
/// <param name="Code">Code of the failed attempt; <see langword="null"/> where the fault is survived without one.</param>
/// <param name="IsFinal">Whether no other attempt follows.</param>
internal sealed record FaultCase(string? Code, bool IsFinal = false)
{
    public static readonly string[] Providers = ["openai", "azure-openai", "gemini", "stable-diffusion", "replicate", "callback"];

    private static readonly FaultCase Survived = new(Code: null);

    /// <summary>Every provider with every fault that the simulator knows.</summary>
    public static IEnumerable<(string Provider, string Fault)> All =>
        from provider in Providers from fault in FaultKinds.Names select (provider, fault);

    public static bool IsText(string provider) => provider == "gemini";

    public static bool IsAsync(string provider) => provider is "replicate" or "callback";

    public static FaultCase Of(string provider, string fault) => fault switch
    {
        "429" => new("rate_limited"),
        "quota" => new("quota_exceeded", IsFinal: true),
        "500" or "502" or "503" => new("server_error"),
        "504" or "408" or "timeout" => new("timeout"),
        "400" => new("invalid_request", IsFinal: true),
        "401" => new("unauthorized", IsFinal: true),
        "499" => new("connection_failed"),
        "error-200" => new(provider == "stable-diffusion" ? "server_error" : "rate_limited"),
        "length" => IsText(provider) ? new("truncated") : Survived,
        "moderation" => new(ModerationCode(provider), IsFinal: true),
        "filtered" or "refusal" => IsText(provider) ? new("content_filter", IsFinal: true) : Survived,
        "reset" or "cut" => new("connection_failed"),
        "malformed" or "empty" or "content-type" => new("invalid_response"),
        "bad-image" => IsText(provider) ? Survived : new("unusable_answer"),
        "job-failed" => IsAsync(provider) ? new("server_error") : Survived,
        "job-stuck" => IsAsync(provider) ? new("timeout") : Survived,
        "output-gone" => IsAsync(provider) ? new("invalid_response") : Survived,
        _ => Survived,
    };

    private static string ModerationCode(string provider) => provider switch
    {
        "azure-openai" => "content_filter",
        "stable-diffusion" or "gemini" => "invalid_request",
        _ => "moderation_blocked",
    };
}
