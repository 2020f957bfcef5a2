using Atelier.Configuration;

namespace Atelier.Access.Limits;

/// <summary>How much each caller may do; <see langword="null"/> for no limit.</summary>
/// <param name="RequestsPerMinute">Requests in a minute, counted from the first.</param>
/// <param name="MaxRunning">Campaigns that have not ended, at once.</param>
/// <param name="MaxPerDay">Campaigns accepted in a day, UTC.</param>
public sealed record CallerLimits(int? RequestsPerMinute, int? MaxRunning, int? MaxPerDay)
{
    private const string RequestsPerMinuteSetting = "Access:RequestsPerMinute";
    private const string MaxRunningSetting = "Access:MaxRunning";
    private const string MaxPerDaySetting = "Access:MaxPerDay";
    private const int Most = 1_000_000;

    /// <summary>No limits.</summary>
    public static CallerLimits None { get; } = new(null, null, null);

    /// <summary>
    /// Reads <c>Access:RequestsPerMinute</c>, <c>Access:MaxRunning</c> and <c>Access:MaxPerDay</c>, where 0 means no limit. Defaults
    /// are 600, 50 and 1000; none in mode Development, where every caller is on this machine.
    /// </summary>
    /// <exception cref="SettingException">One is malformed or out of range.</exception>
    public static CallerLimits Read(IConfiguration configuration, AccessMode mode)
    {
        return new CallerLimits(ReadOne(RequestsPerMinuteSetting, 600), ReadOne(MaxRunningSetting, 50), ReadOne(MaxPerDaySetting, 1000));

        int? ReadOne(string setting, int defaultValue) =>
            configuration.ReadInt32(setting, mode == AccessMode.Development ? 0 : defaultValue, min: 0, Most) is var limit and > 0
                ? limit
                : null;
    }
}
