namespace EmbeddedFunctions.Timers;

/// <summary>
/// An NCRONTAB expression: <c>{second} {minute} {hour} {day} {month} {day-of-week}</c>, or the same without seconds, which are then 0. A day must
/// fit both the day and the day-of-week field.
/// </summary>
internal sealed class CronSchedule : ISchedule
{
    /// <summary>No combination of month, day and weekday that exists at all is rarer than a 29 February on a given weekday: 40 years at most.</summary>
    private const int YearsToLookAt = 41;

    private readonly CronField _second;
    private readonly CronField _minute;
    private readonly CronField _hour;
    private readonly CronField _day;
    private readonly CronField _month;
    private readonly CronField _dayOfWeek;

    /// <exception cref="FormatException">The expression does not parse, or no day ever fits it.</exception>
    public CronSchedule(string expression)
    {
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not 5 and not 6)
        {
            throw new FormatException($"it has {fields.Length} fields; there must be 6, or 5 without seconds");
        }

        if (fields.Length == 5) fields = ["0", .. fields];
        _second = CronField.Parse(CronFieldKind.Second, fields[0]);
        _minute = CronField.Parse(CronFieldKind.Minute, fields[1]);
        _hour = CronField.Parse(CronFieldKind.Hour, fields[2]);
        _day = CronField.Parse(CronFieldKind.Day, fields[3]);
        _month = CronField.Parse(CronFieldKind.Month, fields[4]);
        _dayOfWeek = CronField.Parse(CronFieldKind.DayOfWeek, fields[5]);
        if (Next(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)) is null) throw new FormatException("no day ever fits it");
    }

    /// <inheritdoc/>
    public DateTime? Next(DateTime after)
    {
        // The first whole second after the time; then each unit is set right from the largest on.
        var start = after.AddTicks(TimeSpan.TicksPerSecond - (after.Ticks % TimeSpan.TicksPerSecond));
        var time = start.TimeOfDay;
        for (var day = start.Date; day.Year <= start.Year + YearsToLookAt && day < DateTime.MaxValue.Date; time = TimeSpan.Zero)
        {
            if (!_month.Allows(day.Month))
            {
                day = new DateTime(day.Year, day.Month, 1, 0, 0, 0, after.Kind).AddMonths(1);
                continue;
            }

            if (_day.Allows(day.Day) && _dayOfWeek.Allows((int)day.DayOfWeek) && TimeFrom(time) is { } found) return day + found;
            day = day.AddDays(1);
        }

        return null;
    }

    /// <summary>The first allowed time of a day from a time on.</summary>
    private TimeSpan? TimeFrom(TimeSpan from)
    {
        for (var hour = _hour.NextFrom(from.Hours); hour >= 0; hour = _hour.NextFrom(hour + 1))
        {
            var minuteFrom = hour == from.Hours ? from.Minutes : 0;
            for (var minute = _minute.NextFrom(minuteFrom); minute >= 0; minute = _minute.NextFrom(minute + 1))
            {
                var second = _second.NextFrom(hour == from.Hours && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0) return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }
}
