using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EmbeddedFunctions.Timers;

/// <summary>
/// An NCRONTAB expression: <c>{second} {minute} {hour} {day} {month} {day of week}</c>, or five fields without seconds. A field is
/// <c>*</c>, a value, a range <c>a-b</c>, a list with commas, each with an optional step <c>/n</c>; months and days of the week also
/// by their English names. Day and day of week must both fit.
/// </summary>
internal sealed class NcronExpression : Schedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly BitArray _seconds;
    private readonly BitArray _minutes;
    private readonly BitArray _hours;
    private readonly BitArray _days;
    private readonly BitArray _months;
    private readonly BitArray _weekdays;

    private NcronExpression(string[] fields)
    {
        _seconds = Read(fields[0], "second", 0, 59, []);
        _minutes = Read(fields[1], "minute", 0, 59, []);
        _hours = Read(fields[2], "hour", 0, 23, []);
        _days = Read(fields[3], "day", 1, 31, []);
        _months = Read(fields[4], "month", 1, 12, Months);
        _weekdays = Read(fields[5], "day of week", 0, 6, Days);
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out NcronExpression? expression, [NotNullWhen(false)] out string? mistake)
    {
        expression = null;
        mistake = null;
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 5)
        {
            fields = ["0", .. fields];
        }

        if (fields.Length != 6)
        {
            mistake = $"the schedule '{text}' has {fields.Length} fields; an NCRONTAB expression has six.";
            return false;
        }

        try
        {
            expression = new NcronExpression(fields);
            expression.Next(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            return true;
        }
        catch (FormatException exception)
        {
            expression = null;
            mistake = $"the schedule '{text}' cannot be read: {exception.Message}";
            return false;
        }
    }

    /// <exception cref="FormatException">No day ever fits, such as 30 February.</exception>
    public override DateTime Next(DateTime after)
    {
        var at = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, after.Second, DateTimeKind.Utc).AddSeconds(1);

        // Every pattern of days recurs within 28 years, but for the skipped leap days of a century.
        var end = at.AddYears(40);
        while (at < end)
        {
            if (!_months[at.Month])
            {
                at = new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            }
            else if (!_days[at.Day] || !_weekdays[(int)at.DayOfWeek])
            {
                at = at.Date.AddDays(1);
            }
            else if (!_hours[at.Hour])
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!_minutes[at.Minute])
            {
                at = at.Date.AddHours(at.Hour).AddMinutes(at.Minute + 1);
            }
            else if (!_seconds[at.Second])
            {
                at = at.AddSeconds(1);
            }
            else
            {
                return at;
            }
        }

        throw new FormatException("it never comes true.");
    }

    private static BitArray Read(string field, string what, int min, int max, string[] names)
    {
        var values = new BitArray(max + 1);
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, 1),
                [var all, var n] when int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 => (all, parsed),
                _ => throw new FormatException($"'{part}' is no {what}."),
            };
            var (from, to) = range == "*" ? (min, max) : range.Split('-') switch
            {
                [var one] => (Value(one), range.Length < part.Length ? max : Value(one)),
                [var first, var last] => (Value(first), Value(last)),
                _ => throw new FormatException($"'{part}' is no {what}."),
            };
            if (from > to)
            {
                throw new FormatException($"'{part}' is no range of a {what}.");
            }

            for (var value = from; value <= to; value += step)
            {
                values[value] = true;
            }
        }

        return values;

        int Value(string text)
        {
            var named = text.Length == 0 ? -1 : Array.FindIndex(names, n => text.StartsWith(n, StringComparison.OrdinalIgnoreCase));
            if (named >= 0)
            {
                return named + min;
            }

            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw new FormatException($"'{text}' is no {what}.");
            }

            // Sunday may be 0 or 7.
            value = names.Length == 7 && value == 7 ? 0 : value;
            return value >= min && value <= max ? value : throw new FormatException($"{value} is no {what}: it goes from {min} to {max}.");
        }
    }
}
