using System.Globalization;

namespace Atelier.Configuration;

/// <summary>Reads numbers, times and lists from configuration, within bounds. Errors name the setting.</summary>
public static class SettingsReader
{
    /// <summary>A whole number between <paramref name="min"/> and <paramref name="max"/>, both included.</summary>
    public static int ReadInt32(this IConfiguration configuration, string setting, int defaultValue, int min, int max)
    {
        if (configuration[setting] is not { Length: > 0 } text)
            return defaultValue;
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new SettingException(setting, $"Setting '{setting}' must be a whole number between {min} and {max}.");
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool ReadBoolean(this IConfiguration configuration, string setting, bool defaultValue)
    {
        if (configuration[setting] is not { Length: > 0 } text)
            return defaultValue;
        return bool.TryParse(text, out var value) ? value : throw new SettingException(setting, $"Setting '{setting}' must be true or false.");
    }

    /// <summary>A number between <paramref name="min"/> and <paramref name="max"/>, both included.</summary>
    public static double ReadDouble(this IConfiguration configuration, string setting, double defaultValue, double min, double max)
    {
        if (configuration[setting] is not { Length: > 0 } text)
            return defaultValue;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new SettingException(setting, $"Setting '{setting}' must be a number between {min} and {max}.");
    }

    /// <summary>A time such as <c>00:00:02</c> between <paramref name="min"/> and <paramref name="max"/>, both included.</summary>
    public static TimeSpan ReadTimeSpan(
        this IConfiguration configuration, string setting, TimeSpan defaultValue, TimeSpan min, TimeSpan max)
    {
        if (configuration[setting] is not { Length: > 0 } text)
            return defaultValue;
        // A bare number would parse as days, which is never what is meant.
        return text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new SettingException(setting, $"Setting '{setting}' must be a time as hh:mm:ss between {min} and {max}.");
    }

    /// <summary>The values of a setting that holds several: separated by commas, or one by one as <c>Setting:0</c>, <c>Setting:1</c>.</summary>
    public static string[] ReadList(this IConfiguration configuration, string setting)
    {
        var section = configuration.GetSection(setting);
        return [.. section.GetChildren().Select(child => child.Value).Prepend(section.Value)
            .SelectMany(values => (values ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
    }
}
