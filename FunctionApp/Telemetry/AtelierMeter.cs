using System.Diagnostics.Metrics;

namespace Atelier.Telemetry;

/// <summary>The app's own metrics, as the .NET meter <c>Atelier</c>; one for the process.</summary>
internal static class AtelierMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Atelier";

    private const string Ok = "ok";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> AcceptedCampaigns =
        Meter.CreateCounter<long>("atelier.campaigns.accepted", "{campaign}", "Campaigns accepted");

    private static readonly Counter<long> EndedCampaigns =
        Meter.CreateCounter<long>("atelier.campaigns.ended", "{campaign}", "Campaigns ended, by status");

    private static readonly Counter<long> PartAttempts =
        Meter.CreateCounter<long>("atelier.part.attempts", "{attempt}", "Attempts at parts, by provider, kind of part, and code of the failure or ok");

    private static readonly Histogram<double> ProviderDuration = Meter.CreateHistogram(
        "atelier.provider.duration",
        "s",
        "Time that calls to providers took, by provider, kind, and code of the failure or ok",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300] });

    /// <summary>A campaign was accepted for the first time.</summary>
    public static void Accepted() => AcceptedCampaigns.Add(1);

    /// <summary>A campaign has come to an end.</summary>
    /// <param name="status">How, as the API spells it, such as <c>COMPLETE</c>.</param>
    public static void Ended(string status) => EndedCampaigns.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>An attempt at a part has ended.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="kind"><c>text</c> or <c>image</c>.</param>
    /// <param name="code">Code of the failure; <see langword="null"/> where it succeeded.</param>
    public static void Attempted(string provider, string kind, string? code) => PartAttempts.Add(
        1,
        new KeyValuePair<string, object?>("provider", provider),
        new KeyValuePair<string, object?>("kind", kind),
        new KeyValuePair<string, object?>("code", code ?? Ok));

    /// <summary>A call to a provider has ended.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="kind"><c>text</c> or <c>image</c>.</param>
    /// <param name="code">Code of the failure; <see langword="null"/> where it succeeded.</param>
    /// <param name="duration">How long it took, without the wait before the call.</param>
    public static void Called(string provider, string kind, string? code, TimeSpan duration) => ProviderDuration.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>("provider", provider),
        new KeyValuePair<string, object?>("kind", kind),
        new KeyValuePair<string, object?>("code", code ?? Ok));
}
