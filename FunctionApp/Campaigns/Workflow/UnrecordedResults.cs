using Atelier.Generation;
using Atelier.Persistence;
using Microsoft.Extensions.Caching.Memory;

namespace Atelier.Campaigns.Workflow;

/// <summary>
/// Results that providers have returned and that PostgreSQL was too long away to record. The attempt's repetition in this process takes them, so that they
/// are not paid for twice.
/// </summary>
public sealed class UnrecordedResults : IDisposable
{
    // A result whose campaign was canceled meanwhile is never taken.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly MemoryCache _results = new(new MemoryCacheOptions());

    /// <summary>Keeps a result for the next execution of its attempt.</summary>
    public void Add(GenerationCall attempt, PartResult result) => _results.Set(attempt, result, Lifetime);

    /// <summary>The result of an earlier execution of an attempt.</summary>
    public PartResult? Find(GenerationCall attempt) => _results.Get<PartResult>(attempt);

    /// <summary>The attempt is recorded.</summary>
    public void Remove(GenerationCall attempt) => _results.Remove(attempt);

    /// <inheritdoc/>
    public void Dispose() => _results.Dispose();
}
