using AiSimulator.Painting;

namespace AiSimulator;

/// <summary>How the simulator behaves. Every property may also be set as <c>Simulator__{Name}</c> in the environment.</summary>
public sealed class SimulatorOptions
{
    /// <summary>How long a text takes before its response starts. Default 400 ms; zero for benchmarks.</summary>
    public TimeSpan TextLatency { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long an image takes, for a synchronous provider's response as for an asynchronous provider's job. Default 1.5 s.</summary>
    public TimeSpan ImageLatency { get; set; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>
    /// How far a call's latency strays from the configured one, as a share of it (0 to 1). Default 0.25: between 75 % and 125 %.
    /// </summary>
    public double LatencyJitter { get; set; } = 0.25;

    /// <summary>The key that every provider call must carry, in its provider's own way; null (the default) accepts any call.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Seeds everything that looks random: texts, pictures, jitter, the share of a fault rule. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>Calls a minute and provider before a real 429; zero (the default) is no limit.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>
    /// Calls a second of one kind to a provider before a 429 that does not say how long to wait; zero (the default) is no limit. As many may come at once.
    /// </summary>
    public int RequestsPerSecond { get; set; }

    /// <summary>Painted scenes (the default), or one plain picture a size for load tests that should not measure the painter.</summary>
    public PictureStyle Pictures { get; set; } = PictureStyle.Painted;

    /// <summary>How many bytes of encoded pictures are kept for repeated requests. Default 64 MiB.</summary>
    public long PictureCacheBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Signs Replicate's webhooks: <c>whsec_</c> and the base64 of the key, as <c>GET /v1/webhooks/default/secret</c> returns it.
    /// </summary>
    public string ReplicateWebhookSecret { get; set; } = "whsec_c2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0LWtleS0wMQ==";

    /// <summary>Signs the callbacks of the <c>callback</c> provider. Default <c>simulator-secret</c>.</summary>
    public string CallbackSecret { get; set; } = "simulator-secret";

    /// <summary>How often a webhook is tried before it is given up. Default 6.</summary>
    public int WebhookAttempts { get; set; } = 6;

    /// <summary>The pause before a webhook's second try; each further pause is twice the previous one. Default 500 ms.</summary>
    public TimeSpan WebhookRetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the output address of an asynchronous job stays readable. Default one hour, as Replicate's.</summary>
    public TimeSpan OutputLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The clock that latencies, timestamps and signatures follow. Default the system's.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;
}
