using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>What a node logs.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IEnumerable<LogEntry> Of(LogLevel atLeast) => _entries.Where(e => e.Level >= atLeast);

    /// <summary>The library's own entries of at least a level.</summary>
    public IEnumerable<LogEntry> OwnOf(LogLevel atLeast) => Of(atLeast).Where(e => e.Category.StartsWith("DurableTask.PostgreSQL", StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _entries);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new LogEntry(category, logLevel, formatter(state, exception), exception));
    }
}

/// <summary>A line of a log.</summary>
internal sealed record LogEntry(string Category, LogLevel Level, string Message, Exception? Exception);
