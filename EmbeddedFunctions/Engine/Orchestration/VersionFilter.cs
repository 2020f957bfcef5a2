using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.DurableTask.Abstractions;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Which versions of orchestrations a node takes, as <c>versionMatchStrategy</c> of host.json names them.</summary>
internal enum VersionMatch
{
    /// <summary>Any.</summary>
    None,

    /// <summary>The node's own alone.</summary>
    Strict,

    /// <summary>The node's own and those before it.</summary>
    CurrentOrOlder,
}

/// <summary>What becomes of the others, as <c>versionFailureStrategy</c> of host.json names it.</summary>
internal enum VersionFailure
{
    /// <summary>They wait for a node that takes them.</summary>
    Reject,

    /// <summary>They fail.</summary>
    Fail,
}

/// <summary>Decides by its version whether an orchestration runs on this node. A node without a version of its own takes all.</summary>
internal sealed class VersionFilter(EngineOptions options)
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Versions met so far that wait for another node.</summary>
    public string[]? Rejected => options.VersionFailure is VersionFailure.Reject && _known.Any(v => !v.Value)
        ? [.. _known.Where(v => !v.Value).Select(v => v.Key)]
        : null;

    /// <summary>Whether orchestrations of the version run here.</summary>
    public bool Accept(string version) => _known.GetOrAdd(version, static (v, o) => Matches(v, o), options);

    /// <summary>Whether an orchestration of the version is left to another node.</summary>
    public bool Rejects(string version) => options.VersionFailure is VersionFailure.Reject && !Accept(version);

    /// <summary>Why an orchestration fails for its version.</summary>
    public string Refusal(string version) => string.Create(
        CultureInfo.InvariantCulture,
        $"The orchestration's version '{version}' does not match this app's version '{options.DefaultVersion}' under the strategy {options.VersionMatch}.");

    private static bool Matches(string version, EngineOptions options) =>
        options.DefaultVersion.Length == 0 || options.VersionMatch switch
        {
            VersionMatch.Strict => TaskOrchestrationVersioningUtils.CompareVersions(version, options.DefaultVersion) == 0,
            VersionMatch.CurrentOrOlder => TaskOrchestrationVersioningUtils.CompareVersions(version, options.DefaultVersion) <= 0,
            _ => true,
        };
}
