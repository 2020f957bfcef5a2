namespace AiSimulator.Faults;

/// <summary>What can go wrong. The names that rules and directives use are in <see cref="FaultKinds"/>.</summary>
internal enum FaultKind
{
    /// <summary>429: too many requests, worth a retry after <c>Retry-After</c>.</summary>
    RateLimit,

    /// <summary>The account has no credit left: a 429 or 402 that no retry helps.</summary>
    Quota,

    /// <summary>500.</summary>
    Error,

    /// <summary>502.</summary>
    BadGateway,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>504.</summary>
    GatewayTimeout,

    /// <summary>408.</summary>
    RequestTimeout,

    /// <summary>400, as a request that cannot be right whatever its content.</summary>
    Invalid,

    /// <summary>401.</summary>
    Unauthorized,

    /// <summary>The prompt is refused by the provider's content filter.</summary>
    Moderation,

    /// <summary>The prompt passes and the text is filtered: 200 with <c>finish_reason: content_filter</c>.</summary>
    Filtered,

    /// <summary>The model declines: 200 with a <c>refusal</c> and no content.</summary>
    Refusal,

    /// <summary>No response at all, until <c>delay</c> is over or the client gives up.</summary>
    Timeout,

    /// <summary>The connection closes before any response.</summary>
    Reset,

    /// <summary>The connection closes in the middle of the body.</summary>
    Cut,

    /// <summary>200 with JSON that ends too early.</summary>
    Malformed,

    /// <summary>200 with nothing in it: no choices, no images, no output.</summary>
    Empty,

    /// <summary>200 with an HTML page.</summary>
    ContentType,

    /// <summary>The right response, a few bytes at a time over <c>delay</c>.</summary>
    Slow,

    /// <summary>200 with an image that is not one.</summary>
    BadImage,

    /// <summary>499: something on the way saw the client's connection close.</summary>
    ClosedRequest,

    /// <summary>200 with the error of a rate limit in its body.</summary>
    ErrorInSuccess,

    /// <summary>A text that is cut at the model's limit, unless the call asks for more room.</summary>
    Length,

    /// <summary>No fault, but another form: the image as a <c>data:</c> URL.</summary>
    ImageData,

    /// <summary>An asynchronous job that ends as failed.</summary>
    JobFailed,

    /// <summary>An asynchronous job that never ends.</summary>
    JobStuck,

    /// <summary>An asynchronous job whose output address responds with 404.</summary>
    OutputGone,

    /// <summary>The job ends, no callback is sent.</summary>
    CallbackLost,

    /// <summary>Each callback is sent twice.</summary>
    CallbackTwice,

    /// <summary>The callback comes <c>delay</c> after the job's end.</summary>
    CallbackLate,

    /// <summary>A callback with a false signature and false content comes first, then the true one.</summary>
    CallbackForged,

    /// <summary>The job is done and its callback delivered before the response to the submission.</summary>
    CallbackEarly,
}
