namespace Microsoft.DurableTask.Abstractions;

/// <summary>How versions are ordered.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>
    /// Compares two versions: none comes before any; two that read as <see cref="Version"/> (1.2, 1.2.3.4) compare as such; others
    /// compare as text without regard to case.
    /// </summary>
    /// <returns>Below, at or above zero as the first is before, equal to or after the second.</returns>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        var sourceGiven = !string.IsNullOrWhiteSpace(sourceVersion);
        var otherGiven = !string.IsNullOrWhiteSpace(otherVersion);
        if (!sourceGiven || !otherGiven) return sourceGiven.CompareTo(otherGiven);

        return Version.TryParse(sourceVersion, out var source) && Version.TryParse(otherVersion, out var other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}
