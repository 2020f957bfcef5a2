using System.Globalization;

namespace EmbeddedFunctions.Timers;

/// <summary>One field of an NCRONTAB expression: the values that it allows, as bits.</summary>
internal sealed class CronField
{
    private readonly ulong _values;
    private readonly int _max;

    private CronField(ulong values, int max)
    {
        _values = values;
        _max = max;
    }

    public bool Allows(int value) => (_values >> value & 1) != 0;

    /// <summary>The first allowed value from a value on; -1 for none.</summary>
    public int NextFrom(int value)
    {
        for (; value <= _max; value++)
        {
            if (Allows(value)) return value;
        }

        return -1;
    }

    /// <summary>
    /// Parses a list of <c>*</c>, values, ranges <c>a-b</c>, and any of them with a step <c>/n</c>; a value with a step goes on to the field's
    /// end. Names may be shortened to three letters. A range that is upside down counts as if it were not.
    /// </summary>
    /// <exception cref="FormatException">The text is none of this, or a value is out of range.</exception>
    public static CronField Parse(CronFieldKind kind, string text)
    {
        var values = 0UL;
        foreach (var item in text.Split(',')) values |= ParseItem(kind, item);
        return new CronField(values, kind.Max);
    }

    private static ulong ParseItem(CronFieldKind kind, string item)
    {
        var parts = item.Split('/');
        if (parts.Length > 2) throw new FormatException($"'{item}' has more than one step in the {kind.Name} field");
        var step = 1;
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))
        {
            throw new FormatException($"'{parts[1]}' is not a step in the {kind.Name} field");
        }

        int first, last;
        if (parts[0] == "*")
        {
            (first, last) = (kind.Min, kind.Max);
        }
        else
        {
            var ends = parts[0].Split('-');
            if (ends.Length > 2) throw new FormatException($"'{item}' is not a range in the {kind.Name} field");
            first = kind.ValueOf(ends[0]);
            last = ends.Length == 2 ? kind.ValueOf(ends[1]) : parts.Length == 2 ? kind.Max : first;
            if (first > last) (first, last) = (last, first);
        }

        var values = 0UL;
        for (var value = first; value <= last; value += step) values |= 1UL << value;
        return values;
    }
}

/// <summary>What a field of an NCRONTAB expression counts.</summary>
internal sealed record CronFieldKind(string Name, int Min, int Max, params string[] Names)
{
    public static readonly CronFieldKind Second = new("second", 0, 59);
    public static readonly CronFieldKind Minute = new("minute", 0, 59);
    public static readonly CronFieldKind Hour = new("hour", 0, 23);
    public static readonly CronFieldKind Day = new("day", 1, 31);
    public static readonly CronFieldKind Month = new(
        "month", 1, 12, "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december");
    public static readonly CronFieldKind DayOfWeek = new(
        "day-of-week", 0, 6, "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

    /// <summary>The value that a number or a name stands for.</summary>
    /// <exception cref="FormatException">It is neither, or out of range.</exception>
    public int ValueOf(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number >= Min && number <= Max
                ? number
                : throw new FormatException($"{number} is out of range in the {Name} field, which goes from {Min} to {Max}");
        }

        var index = text.Length < 3 ? -1 : Array.FindIndex(Names, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index + Min : throw new FormatException($"'{text}' is no value of the {Name} field");
    }
}
