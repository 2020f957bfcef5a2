namespace Microsoft.DurableTask;

/// <summary>Thrown in an orchestrator where it awaits an activity or a sub-orchestration that failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Makes the exception from the original one.</summary>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(Describe(taskName, taskId, innerException?.Message), innerException)
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException!);
    }

    /// <summary>Makes the exception from what is recorded of the original one.</summary>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(Describe(taskName, taskId, failureDetails?.ErrorMessage))
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The task's name as it was called.</summary>
    public string TaskName { get; }

    /// <summary>The number of the last attempt in its orchestration, which counts every scheduled action from 0.</summary>
    public int TaskId { get; }

    /// <summary>The task's failure.</summary>
    public TaskFailureDetails FailureDetails { get; }

    /// <summary>Whether the failure was an exception of exactly this type.</summary>
    [Obsolete("It knows no derived types. Use FailureDetails.IsCausedBy.")]
    public bool IsCausedByException<T>()
        where T : Exception
        => FailureDetails.ErrorType == typeof(T).FullName;

    private static string Describe(string taskName, int taskId, string? message)
    {
        var description = $"Task '{taskName}' (#{taskId}) failed with an unhandled exception";
        return message is null ? description + "." : $"{description}: {message}";
    }
}
