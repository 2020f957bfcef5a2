namespace AiSimulator.Faults;

/// <summary>How a 429 or 503 states when to retry.</summary>
internal enum RetryAfterFormat
{
    /// <summary><c>Retry-After</c> in whole seconds; where milliseconds are given, <c>retry-after-ms</c> beside it.</summary>
    Seconds,

    /// <summary><c>Retry-After</c> as an HTTP date.</summary>
    Date,

    /// <summary>No header.</summary>
    None,
}

/// <summary>One thing that goes wrong with one call.</summary>
/// <param name="Kind">What.</param>
internal sealed record Fault(FaultKind Kind)
{
    /// <summary>When to retry; null is the kind's own default: one second for a 429, no header for the others.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public RetryAfterFormat Format { get; init; }

    /// <summary>Whether <c>retry-after-ms</c> is sent beside <c>Retry-After</c>.</summary>
    public bool InMilliseconds { get; init; }

    /// <summary>How long a timeout holds, a slow response drips or a late callback waits; null is the kind's own default.</summary>
    public TimeSpan? Delay { get; init; }

    public string Name => FaultKinds.NameOf(Kind);

    /// <summary>A picture in JSON: base64, or a <c>data:</c> URL where the fault asks for that.</summary>
    public static object Encode(Fault? fault, byte[] picture) =>
        fault?.Kind == FaultKind.ImageData ? $"data:application/octet-stream;base64,{Convert.ToBase64String(picture)}" : picture;

    /// <summary>The headers that state when to retry.</summary>
    public IEnumerable<KeyValuePair<string, string>> RetryHeaders(DateTimeOffset now)
    {
        var after = RetryAfter ?? (Kind == FaultKind.RateLimit ? TimeSpan.FromSeconds(1) : null);
        if (after is not { } wait || Format == RetryAfterFormat.None) yield break;
        if (Format == RetryAfterFormat.Date)
        {
            // A date has whole seconds: rounded up, or a client would retry too early.
            yield return new("Retry-After", now.Add(wait).AddMilliseconds(999).ToString("R"));
            yield break;
        }
        yield return new("Retry-After", ((long)Math.Ceiling(wait.TotalSeconds)).ToString());
        if (InMilliseconds) yield return new("retry-after-ms", ((long)wait.TotalMilliseconds).ToString());
    }
}
