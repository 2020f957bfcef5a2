using EmbeddedHost.Configuration;
using Microsoft.Azure.Functions.Worker;
using NCrontab;

namespace EmbeddedHost.Functions.Timers;

/// <summary>The schedule of a timer function: an NCRONTAB expression of six fields, or of five without seconds.</summary>
internal sealed class TimerSchedule
{
    private const int FieldsWithSeconds = 6;

    /// <summary>Occurrences that are compared to find out how close together they come.</summary>
    private const int Samples = 10;

    private static readonly TimeSpan ShortestMonitored = TimeSpan.FromMinutes(1);

    private readonly CrontabSchedule _cron;

    /// <exception cref="CrontabException">The expression does not parse.</exception>
    /// <exception cref="HostFailure">It names a setting that does not exist.</exception>
    public TimerSchedule(TimerTriggerAttribute trigger, IConfiguration configuration)
    {
        var expression = SettingNames.Resolve(trigger.Schedule, configuration);
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        _cron = CrontabSchedule.Parse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == FieldsWithSeconds });
        RunsOnStartup = trigger.RunOnStartup;
        IsMonitored = trigger.UseMonitor && !ComesWithin(ShortestMonitored);
    }

    /// <summary>Whether the function also runs when the host starts.</summary>
    public bool RunsOnStartup { get; }

    /// <summary>
    /// Whether the function sees its <see cref="ScheduleStatus"/> and a missed occurrence runs later. As on the official host never for a
    /// schedule whose occurrences are less than a minute apart.
    /// </summary>
    public bool IsMonitored { get; }

    /// <summary>What is wrong with a trigger's schedule; <see langword="null"/> for nothing.</summary>
    public static string? FindProblem(TimerTriggerAttribute trigger, IConfiguration configuration)
    {
        try
        {
            return new TimerSchedule(trigger, configuration).NextAfter(DateTime.UnixEpoch) is null
                ? $"its schedule '{trigger.Schedule}' has no occurrence"
                : null;
        }
        catch (Exception exception) when (exception is CrontabException or HostFailure)
        {
            return $"its schedule '{trigger.Schedule}' is no NCRONTAB expression: {exception.Message.TrimEnd('.')}";
        }
    }

    /// <summary>The first occurrence after a time; <see langword="null"/> for none.</summary>
    public DateTime? NextAfter(DateTime time)
    {
        var next = DateTime.SpecifyKind(_cron.GetNextOccurrence(time), DateTimeKind.Utc);
        return next.Year < DateTime.MaxValue.Year ? next : null;
    }

    /// <summary>The last occurrence after <paramref name="start"/> and not after <paramref name="end"/>; <see langword="null"/> for none.</summary>
    public DateTime? LastBetween(DateTime start, DateTime end)
    {
        DateTime? last = null;
        for (var next = NextAfter(start); next <= end; next = NextAfter(next.Value)) last = next;
        return last;
    }

    private bool ComesWithin(TimeSpan interval)
    {
        var occurrences = _cron.GetNextOccurrences(DateTime.UnixEpoch, DateTime.MaxValue).Take(Samples).ToList();
        return occurrences.Zip(occurrences.Skip(1), (one, next) => next - one).Any(gap => gap < interval);
    }
}
