using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EmbeddedHost.Functions;

/// <summary>Writes each log entry as one line of visible characters: what a caller sends can neither forge an entry nor control a terminal.</summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Levels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new StringBuilder();
        var now = TimeProvider.System.GetUtcNow().ToString(Time, CultureInfo.InvariantCulture);
        line.Append(CultureInfo.InvariantCulture, $"{now} {Levels[(int)logEntry.LogLevel]}: {logEntry.Category}[{logEntry.EventId.Id}]");
        scopeProvider?.ForEachScope((scope, all) => all.Append(CultureInfo.InvariantCulture, $" => {scope}"), line);
        line.Append(CultureInfo.InvariantCulture, $" {logEntry.Formatter(logEntry.State, logEntry.Exception)}");
        if (logEntry.Exception is not null) line.Append(CultureInfo.InvariantCulture, $" {logEntry.Exception}");
        textWriter.WriteLine(Encode(line.ToString()));
    }

    /// <summary>The text with spaces for line ends, and escapes such as <c>\u001B</c> for other characters that a terminal does not show.</summary>
    internal static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            // Format: what changes the direction of the text, for instance, so that a line reads as another one.
            if (char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format)
                encoded.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else
                encoded.Append(character);
        }

        return encoded.ToString();
    }
}
