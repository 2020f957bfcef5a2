namespace Microsoft.Azure.Functions.Worker;

/// <summary>The addresses at which an orchestration instance can be watched and steered over HTTP.</summary>
public class HttpManagementPayload
{
    /// <summary>The instance's id.</summary>
    public string? Id { get; internal init; }

    /// <summary>GET: the instance's status.</summary>
    public string? StatusQueryGetUri { get; internal init; }

    /// <summary>POST: sends an event, whose name takes the place of <c>{eventName}</c>.</summary>
    public string? SendEventPostUri { get; internal init; }

    /// <summary>POST: terminates the instance.</summary>
    public string? TerminatePostUri { get; internal init; }

    /// <summary>POST: rewinds the instance after a failure.</summary>
    public string? RewindPostUri { get; internal init; }

    /// <summary>DELETE: purges the instance.</summary>
    public string? PurgeHistoryDeleteUri { get; internal init; }

    /// <summary>POST: starts the instance again.</summary>
    public string? RestartPostUri { get; internal init; }

    /// <summary>POST: pauses the instance.</summary>
    public string? SuspendPostUri { get; internal init; }

    /// <summary>POST: lets the paused instance go on.</summary>
    public string? ResumePostUri { get; internal init; }
}
