using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Timers;

/// <summary>Reads the schedules of timer functions.</summary>
internal static class TimerSchedules
{
    /// <summary>Occurrences that are looked at to find out how close together they come.</summary>
    private const int Samples = 10;

    private static readonly TimeSpan LeastMonitored = TimeSpan.FromMinutes(1);

    /// <summary>Notes what is wrong with a timer's schedule.</summary>
    public static void Check(TimerTriggerAttribute trigger, IConfiguration configuration, List<string> problems)
    {
        try
        {
            Parse(trigger, configuration);
        }
        catch (Exception exception) when (exception is FormatException or FunctionsStartupException)
        {
            problems.Add($"its schedule '{trigger.Schedule}' is not valid: {exception.Message.TrimEnd('.')}");
        }
    }

    /// <exception cref="FormatException">The schedule is neither NCRONTAB nor a time span above zero.</exception>
    /// <exception cref="FunctionsStartupException">A setting that it names does not exist.</exception>
    public static ISchedule Parse(TimerTriggerAttribute trigger, IConfiguration configuration)
    {
        var expression = SettingNames.Resolve(trigger.Schedule, configuration).Trim();


        // A bare number is a time span too: of so many days.
        if (!expression.Contains(':', StringComparison.Ordinal) && expression.Any(char.IsWhiteSpace)) return new CronSchedule(expression);
        return TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new IntervalSchedule(interval)
            : throw new FormatException($"'{expression}' is not a time span above zero");
    }

    /// <summary>Whether runs are recorded: when that is wished, and never for schedules whose occurrences come within a minute.</summary>
    public static bool IsMonitored(TimerTriggerAttribute trigger, ISchedule schedule, DateTime now)
    {
        if (!trigger.UseMonitor) return false;
        var previous = schedule.Next(now);
        for (var i = 0; i < Samples && previous is { } at; i++)
        {
            var next = schedule.Next(at);
            if (next - at < LeastMonitored) return false;
            previous = next;
        }

        return true;
    }
}
