namespace Microsoft.DurableTask;

/// <summary>The version of a task. Compared without regard to case; no version and an empty one are the same.</summary>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    /// <summary>No version.</summary>
    public static readonly TaskVersion Unversioned;

    private readonly string? _version;

    /// <summary>Wraps a version; <see langword="null"/> and empty text mean none.</summary>
    /// <exception cref="ArgumentException">The version consists of white space only.</exception>
    public TaskVersion(string? version)
    {
        if (!string.IsNullOrEmpty(version) && string.IsNullOrWhiteSpace(version))
        {
            throw new ArgumentException("A version of white space only is neither a version nor none: pass null or empty text for none.", nameof(version));
        }

        _version = version;
    }

    /// <summary>The version's text; empty for none, never <see langword="null"/>.</summary>
    public string Version => _version ?? string.Empty;

    /// <summary>The version's text; empty for none.</summary>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <summary>A version from text, under the constructor's rules.</summary>
    public static implicit operator TaskVersion(string? value) => new(value);

    /// <summary>Whether two versions are the same without regard to case.</summary>
    public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

    /// <summary>Whether two versions differ by more than case.</summary>
    public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
}
