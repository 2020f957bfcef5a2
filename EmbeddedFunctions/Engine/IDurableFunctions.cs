using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine;

/// <summary>The orchestrators and activities that the host discovered, as the engine runs them.</summary>
/// <remarks>Names match without regard to case. Implemented by the function host; the engine knows no function by type.</remarks>
internal interface IDurableFunctions
{
    /// <summary>The names of all orchestrators, as declared.</summary>
    IReadOnlyCollection<string> OrchestratorNames { get; }

    /// <summary>Whether an orchestrator of that name exists.</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether an activity of that name exists.</summary>
    bool HasActivity(string name);

    /// <summary>
    /// Calls an orchestrator function inside the worker's middleware, on the caller's synchronization context, which it must not leave.
    /// The context also implements <see cref="IOrchestrationInput"/> and <see cref="IOrchestratorHolder"/>, where the implementation leaves
    /// what is to know of episodes.
    /// </summary>
    /// <returns>The result serialized by the function's declared type; <see langword="null"/> for none.</returns>
    Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context);

    /// <summary>Runs an activity function inside the worker's middleware, in a service scope of its own.</summary>
    /// <returns>The result serialized by the function's declared type; <see langword="null"/> for none.</returns>
    Task<string?> RunActivityAsync(ActivityInvocation invocation, CancellationToken cancellationToken);
}

/// <summary>One execution of an activity.</summary>
/// <param name="Name">The activity's name as it was called.</param>
/// <param name="InstanceId">The orchestration that called it.</param>
/// <param name="TaskId">The call's number in its orchestration, from 0.</param>
/// <param name="SerializedInput">The input as JSON; <see langword="null"/> for none.</param>
/// <param name="TraceParent">W3C trace context of the call; <see langword="null"/> for none.</param>
internal sealed record ActivityInvocation(string Name, string InstanceId, int TaskId, string? SerializedInput, string? TraceParent);

/// <summary>Access to an orchestration's input by a type known only at run time.</summary>
internal interface IOrchestrationInput
{
    /// <summary>The input as JSON; <see langword="null"/> for none.</summary>
    string? SerializedInput { get; }

    /// <summary>The input, deserialized. Throws <see cref="System.Text.Json.JsonException"/> where it does not fit the type.</summary>
    object? GetInput(Type type);
}

/// <summary>Where the implementation of <see cref="IDurableFunctions"/> keeps an orchestrator that it has called.</summary>
internal interface IOrchestratorHolder
{
    /// <summary>The orchestrator; <see langword="null"/> when it need not know of its episodes and its end.</summary>
    IOrchestratorLife? Orchestrator { get; set; }
}

/// <summary>A called orchestrator, disposed when it leaves memory, ended or not. Its first episode begins with the call.</summary>
/// <remarks>An episode is what the code does upon the events of one step, up to its next await or its end.</remarks>
internal interface IOrchestratorLife : IDisposable
{
    /// <summary>Whether something runs around each episode.</summary>
    bool HasEpisodes { get; }

    /// <summary>Begins a further episode, on the caller's synchronization context, which it must not leave; the events follow.</summary>
    /// <returns>The orchestrator's result, if it ends in this episode; otherwise it never ends.</returns>
    Task<string?> RunEpisodeAsync();

    /// <summary>The episode's events have been handed over.</summary>
    void EndEpisode();
}
