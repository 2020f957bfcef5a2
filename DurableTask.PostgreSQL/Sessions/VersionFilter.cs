using System.Collections.Concurrent;
using DurableTask.Core.Settings;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>Decides by its version whether an orchestration is left to another node.</summary>
/// <param name="settings">The worker's versioning; <see langword="null"/> takes all versions.</param>
internal sealed class VersionFilter(VersioningSettings? settings)
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Versions met so far that wait for another node.</summary>
    public string[]? Rejected => _known.Any(v => v.Value) ? [.. _known.Where(v => v.Value).Select(v => v.Key)] : null;

    /// <summary>Versions met so far that this node takes; <see langword="null"/> when it takes all, met or not.</summary>
    public string[]? Accepted => settings is { FailureStrategy: VersioningSettings.VersionFailureStrategy.Reject }
        ? [.. _known.Where(v => !v.Value).Select(v => v.Key)]
        : null;

    /// <summary>Whether an orchestration of the version is left to another node.</summary>
    public bool Rejects(string version) => settings is { FailureStrategy: VersioningSettings.VersionFailureStrategy.Reject }
        && _known.GetOrAdd(version, static (v, s) => !Matches(v, s), settings);

    private static bool Matches(string version, VersioningSettings settings) => settings.MatchStrategy switch
    {
        VersioningSettings.VersionMatchStrategy.Strict => string.Equals(settings.Version, version, StringComparison.Ordinal),
        VersioningSettings.VersionMatchStrategy.CurrentOrOlder => VersioningSettings.CompareVersions(version, settings.Version) <= 0,
        _ => true,
    };
}
