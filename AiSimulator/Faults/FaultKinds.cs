namespace AiSimulator.Faults;

/// <summary>The names of fault kinds in rules and directives.</summary>
internal static class FaultKinds
{
    private static readonly Dictionary<string, FaultKind> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["429"] = FaultKind.RateLimit,
        ["quota"] = FaultKind.Quota,
        ["500"] = FaultKind.Error,
        ["502"] = FaultKind.BadGateway,
        ["503"] = FaultKind.Unavailable,
        ["504"] = FaultKind.GatewayTimeout,
        ["408"] = FaultKind.RequestTimeout,
        ["400"] = FaultKind.Invalid,
        ["401"] = FaultKind.Unauthorized,
        ["moderation"] = FaultKind.Moderation,
        ["filtered"] = FaultKind.Filtered,
        ["refusal"] = FaultKind.Refusal,
        ["timeout"] = FaultKind.Timeout,
        ["reset"] = FaultKind.Reset,
        ["cut"] = FaultKind.Cut,
        ["malformed"] = FaultKind.Malformed,
        ["empty"] = FaultKind.Empty,
        ["content-type"] = FaultKind.ContentType,
        ["slow"] = FaultKind.Slow,
        ["bad-image"] = FaultKind.BadImage,
        ["499"] = FaultKind.ClosedRequest,
        ["error-200"] = FaultKind.ErrorInSuccess,
        ["length"] = FaultKind.Length,
        ["image-data"] = FaultKind.ImageData,
        ["job-failed"] = FaultKind.JobFailed,
        ["job-stuck"] = FaultKind.JobStuck,
        ["output-gone"] = FaultKind.OutputGone,
        ["callback-lost"] = FaultKind.CallbackLost,
        ["callback-twice"] = FaultKind.CallbackTwice,
        ["callback-late"] = FaultKind.CallbackLate,
        ["callback-forged"] = FaultKind.CallbackForged,
        ["callback-early"] = FaultKind.CallbackEarly,
    };

    private static readonly Dictionary<FaultKind, string> ByKind = ByName.ToDictionary(k => k.Value, k => k.Key);

    public static IEnumerable<string> Names => ByName.Keys;

    public static bool TryParse(string name, out FaultKind kind) => ByName.TryGetValue(name, out kind);

    public static string NameOf(FaultKind kind) => ByKind[kind];

    /// <summary>Whether the submission of an asynchronous job succeeds and the job itself goes wrong.</summary>
    public static bool IsOfJob(FaultKind kind) =>
        kind is FaultKind.Moderation or FaultKind.Empty or FaultKind.BadImage or FaultKind.ImageData or >= FaultKind.JobFailed;

    /// <summary>Whether a client gets something other than the true response, late or not.</summary>
    public static bool SpoilsResponse(FaultKind kind) => kind is not (FaultKind.Slow or FaultKind.ImageData) and < FaultKind.JobFailed;

    /// <summary>Whether the true response is made and then spoilt. Faults of jobs change nothing for calls that start none.</summary>
    public static bool NeedsResponse(FaultKind kind) =>
        kind is FaultKind.Cut or FaultKind.Malformed or FaultKind.Slow or FaultKind.BadImage or FaultKind.Filtered or FaultKind.Refusal
            or FaultKind.Length or FaultKind.ImageData or >= FaultKind.JobFailed;
}
