using Atelier.Configuration;

namespace Atelier.Operations.Retention;

/// <summary>How long things are kept, from <c>Retention</c>.</summary>
/// <param name="History">The history of ended orchestrations. <c>Retention:HistoryDays</c>, default is 7 days.</param>
/// <param name="Campaigns">
/// Ended campaigns with their images and events, counted from their end. <c>Retention:CampaignDays</c>, default is 90 days.
/// </param>
public sealed record RetentionOptions(TimeSpan History, TimeSpan Campaigns)
{
    private const int MaxDays = 36_500;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">One is malformed or out of range.</exception>
    public static RetentionOptions Read(IConfiguration configuration) => new(
        TimeSpan.FromDays(configuration.ReadInt32("Retention:HistoryDays", defaultValue: 7, min: 1, MaxDays)),
        TimeSpan.FromDays(configuration.ReadInt32("Retention:CampaignDays", defaultValue: 90, min: 1, MaxDays)));
}
