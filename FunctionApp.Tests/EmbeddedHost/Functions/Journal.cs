using System.Collections.Concurrent;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>What happened, in order.</summary>
public sealed class Journal
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public void Add(string line) => Lines.Enqueue(line);
}

/// <summary>A scoped service: each invocation has its own instance.</summary>
public sealed class ScopedService(Journal journal) : IDisposable
{
    public Guid Id { get; } = Guid.NewGuid();

    public void Dispose() => journal.Add("disposed");
}
