using Npgsql;

namespace Atelier.Persistence;

/// <summary>The URL form of a connection string, <c>postgres://user:password@host:port/database?sslmode=require</c>.</summary>
/// <remarks>As in libpq's documentation of connection URIs, one host.</remarks>
internal static class PostgresUrl
{
    /// <summary>Whether it is one.</summary>
    public static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It is not a URL.</exception>
    /// <exception cref="ArgumentException">A parameter is unknown or its value does not fit.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var url = new Uri(text.Trim(), UriKind.Absolute);
        var settings = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(url.Host) };
        if (url.Port > 0)
            settings.Port = url.Port;
        if (url.AbsolutePath.Length > 1)
            settings.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);

        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            settings.Password = Uri.UnescapeDataString(user[1]);

        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = parameter.Split('=', 2);
            var value = Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "");
            Set(settings, Uri.UnescapeDataString(pair[0]), value);
        }
        return settings;
    }

    // libpq spells some names and values differently from Npgsql: application_name, verify-full.
    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        if (string.Equals(name, "sslmode", StringComparison.OrdinalIgnoreCase))
            settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
        else
            settings[name.Replace('_', ' ')] = value;
    }
}
