using EmbeddedHost.Configuration;
using Microsoft.Extensions.Logging.Console;

namespace EmbeddedHost.Functions;

/// <summary>Logs to the console, a line for each entry, by the levels in host.json.</summary>
internal static class HostLogging
{
    // What the official host writes under category Host is written by these here.
    private static readonly string[] HostCategories = ["EmbeddedHost", "DurableTask", "Microsoft.DurableTask", "Microsoft.Hosting"];

    public static void Configure(ILoggingBuilder logging, HostJson hostJson)
    {
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = LineFormatter.FormatterName);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();

        // A line for each request would only repeat the function's own log.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        foreach (var (category, level) in hostJson.LogLevels)
        {
            if (category.Equals("default", StringComparison.OrdinalIgnoreCase)) logging.SetMinimumLevel(level);
            else logging.AddFilter(category, level);
            if (!category.Equals("Host", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var name in HostCategories) logging.AddFilter(name, level);
        }
    }
}
