using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Timers;

/// <summary>When a timer function runs, in UTC.</summary>
internal abstract class Schedule
{
    /// <summary>The first run after a point in time.</summary>
    public abstract DateTime Next(DateTime after);

    /// <summary>Reads a schedule: NCRONTAB, an interval, or the setting between percent signs that holds one.</summary>
    public static bool TryParse(
        string text,
        IConfiguration configuration,
        [NotNullWhen(true)] out Schedule? schedule,
        [NotNullWhen(false)] out string? mistake)
    {
        schedule = null;
        if (text.Length > 2 && text.StartsWith('%') && text.EndsWith('%'))
        {
            var setting = text[1..^1];
            if (configuration[setting] is not { } value)
            {
                mistake = $"the setting '{setting}' of its schedule is missing.";
                return false;
            }

            text = value;
        }

        if (!text.Contains(' ') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
        {
            schedule = new Interval(interval);
            mistake = null;
            return true;
        }

        if (!NcronExpression.TryParse(text, out var expression, out mistake))
        {
            return false;
        }

        schedule = expression;
        return true;
    }

    private sealed class Interval(TimeSpan interval) : Schedule
    {
        public override DateTime Next(DateTime after) => after + interval;
    }
}
