namespace EmbeddedFunctions.Invocation;

/// <summary>What makes a function run.</summary>
internal enum TriggerKind
{
    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>A schedule.</summary>
    Timer,

    /// <summary>An orchestration's call.</summary>
    Activity,

    /// <summary>The start, or the recovery, of an orchestration.</summary>
    Orchestration,
}
