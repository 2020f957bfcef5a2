using EmbeddedFunctions.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.EmbeddedFunctions.Timers;

/// <summary>Schedules as the official host reads them.</summary>
public sealed class ScheduleTests
{
    // A Monday.
    private static readonly DateTime Start = new(2026, 3, 2, 10, 7, 30, DateTimeKind.Utc);

    [Theory]
    [InlineData("* * * * * *", "2026-03-02 10:07:31")]
    [InlineData("0 */5 * * * *", "2026-03-02 10:10:00")]
    [InlineData("*/5 * * * *", "2026-03-02 10:10:00")]
    [InlineData("0 0 * * * *", "2026-03-02 11:00:00")]
    [InlineData("0 0 */2 * * *", "2026-03-02 12:00:00")]
    [InlineData("0 0 9-17 * * *", "2026-03-02 11:00:00")]
    [InlineData("0 30 9 * * *", "2026-03-03 09:30:00")]
    [InlineData("0 30 9 * * 1-5", "2026-03-03 09:30:00")]
    [InlineData("0 30 9 * * Mon", "2026-03-09 09:30:00")]
    [InlineData("0 30 9 * * sunday", "2026-03-08 09:30:00")]
    [InlineData("0 30 9 * Jan Mon", "2027-01-04 09:30:00")]
    [InlineData("5,8,10 * * * * *", "2026-03-02 10:08:05")]
    [InlineData("0 5-10 * * * *", "2026-03-02 10:08:00")]
    [InlineData("0 50/3 * * * *", "2026-03-02 10:50:00")]
    [InlineData("0 0-20/5 * * * *", "2026-03-02 10:10:00")]
    [InlineData("0 0 0 29 2 *", "2028-02-29 00:00:00")]
    [InlineData("0 0 0 31 * *", "2026-03-31 00:00:00")]
    [InlineData("  0  0   12 * *\t* ", "2026-03-02 12:00:00")]
    [InlineData("00:05:00", "2026-03-02 10:10:00")]
    [InlineData("1.00:00:00", "2026-03-03 00:00:00")]
    [InlineData("1", "2026-03-03 00:00:00")]
    public void Next_OfASchedule_IsTheFirstTimeAfter(string schedule, string expected) =>
        Assert.Equal(expected, $"{Parse(schedule).Next(Start):yyyy-MM-dd HH:mm:ss}");

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* 60 * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * 32 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("*/0 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("0 0 12 ? * *")]
    [InlineData("0 0 12 L * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:05:00")]
    [InlineData("25:00")]
    public void Schedule_ThatDoesNotParse_IsToldAtTheStart(string schedule)
    {
        var problems = new List<string>();
        TimerSchedules.Check(new TimerTriggerAttribute(schedule), new ConfigurationBuilder().Build(), problems);

        Assert.Contains($"'{schedule}'", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%Timers:Each%")]
    [InlineData("%Timers__Each%")]
    [InlineData("0 %Minutes% * * * *")]
    public void Schedule_OfSettings_IsResolved(string schedule)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Timers:Each", (string?)"0 */10 * * * *"), KeyValuePair.Create("Minutes", (string?)"*/10")]).Build();

        Assert.Equal(new DateTime(2026, 3, 2, 10, 10, 0, DateTimeKind.Utc), TimerSchedules.Parse(new TimerTriggerAttribute(schedule), settings).Next(Start));
    }

    [Theory]
    [InlineData("0 * * * * *", true)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("0,59 * * * * *", false)]
    [InlineData("00:01:00", true)]
    [InlineData("00:00:59", false)]
    public void Schedule_WithinAMinute_IsNotMonitored(string schedule, bool expected)
    {
        Assert.Equal(expected, TimerSchedules.IsMonitored(new TimerTriggerAttribute(schedule), Parse(schedule), Start));
        Assert.False(TimerSchedules.IsMonitored(new TimerTriggerAttribute(schedule) { UseMonitor = false }, Parse(schedule), Start));
    }

    private static ISchedule Parse(string schedule) => TimerSchedules.Parse(new TimerTriggerAttribute(schedule), new ConfigurationBuilder().Build());
}
