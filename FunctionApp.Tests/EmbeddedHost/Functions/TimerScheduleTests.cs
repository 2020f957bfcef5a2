using EmbeddedHost.Functions.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>Schedules as the official host reads them.</summary>
public sealed class TimerScheduleTests
{
    // A Monday.
    private static readonly DateTime Start = new(2026, 3, 2, 10, 7, 30, DateTimeKind.Utc);

    [Theory]
    [InlineData("* * * * * *", "2026-03-02 10:07:31")]
    [InlineData("0 */5 * * * *", "2026-03-02 10:10:00")]
    [InlineData("*/5 * * * *", "2026-03-02 10:10:00")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-03-03 09:30:00")]
    [InlineData("0 0 0 29 2 *", "2028-02-29 00:00:00")]
    [InlineData("  0  0   12 * * * ", "2026-03-02 12:00:00")]
    public void NextAfter_IsTheFirstOccurrenceAfterTheTime(string schedule, string expected) =>
        Assert.Equal(expected, $"{Parse(schedule).NextAfter(Start):yyyy-MM-dd HH:mm:ss}");

    [Fact]
    public void LastBetween_IsTheLastOccurrence_WithTheEndAndWithoutTheStart()
    {
        var schedule = Parse("0 */10 * * * *");
        var hour = new DateTime(2026, 3, 2, 10, 0, 0, DateTimeKind.Utc);

        Assert.Equal(hour.AddMinutes(20), schedule.LastBetween(hour, hour.AddMinutes(29)));
        Assert.Equal(hour.AddMinutes(20), schedule.LastBetween(hour, hour.AddMinutes(20)));
        Assert.Null(schedule.LastBetween(hour, hour.AddMinutes(9)));
    }

    [Theory]
    [InlineData("%Timers:Each%")]
    [InlineData("%Timers__Each%")]
    [InlineData("0 %Minutes% * * * *")]
    public void Schedule_OfSettings_IsResolved(string schedule) => Assert.Equal(
        new DateTime(2026, 3, 2, 10, 10, 0, DateTimeKind.Utc),
        Parse(schedule, ("Timers:Each", "0 */10 * * * *"), ("Minutes", "*/10")).NextAfter(Start));

    [Theory]
    [InlineData("0 * * * * *", true)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("0,59 * * * * *", false)]
    public void Schedule_WithinAMinute_IsNotMonitored(string schedule, bool expected) => Assert.Equal(expected, Parse(schedule).IsMonitored);

    private static TimerSchedule Parse(string schedule, params (string Name, string Value)[] settings) => new(
        new TimerTriggerAttribute(schedule),
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build());
}
