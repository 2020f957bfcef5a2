using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.DurableTask.Client;

/// <summary>An orchestration instance as a client sees it at one moment.</summary>
public sealed class OrchestrationMetadata
{
    private const int LongestPayloadShown = 50;

    /// <summary>Makes metadata for an instance.</summary>
    public OrchestrationMetadata(string name, string instanceId)
    {
        Name = name;
        InstanceId = instanceId;
    }

    /// <summary>The orchestrator's name, as the caller spelt it.</summary>
    public string Name { get; }

    /// <summary>The instance's id.</summary>
    public string InstanceId { get; }

    /// <summary>Reads the serialized values; <see langword="null"/> where they were not asked for.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>Where the instance stands.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When the instance was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the instance last made a step.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>The input as text; <see langword="null"/> for none or where it was not asked for.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>The output as text; <see langword="null"/> for none or where it was not asked for.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>The custom status as text; <see langword="null"/> where it was not asked for.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>The names and values the instance was started with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The failure of a failed instance.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether the status is <see cref="OrchestrationRuntimeStatus.Running"/>.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>Whether the instance has ended: completed, failed or terminated.</summary>
    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>The input; the type's default for none.</summary>
    /// <exception cref="InvalidOperationException">The instance was fetched without inputs and outputs.</exception>
    public T? ReadInputAs<T>() => Converter().Deserialize<T>(SerializedInput);

    /// <summary>The output; the type's default for none.</summary>
    /// <exception cref="InvalidOperationException">The instance was fetched without inputs and outputs.</exception>
    public T? ReadOutputAs<T>() => Converter().Deserialize<T>(SerializedOutput);

    /// <summary>The custom status; the type's default for none.</summary>
    /// <exception cref="InvalidOperationException">The instance was fetched without inputs and outputs.</exception>
    public T? ReadCustomStatusAs<T>() => Converter().Deserialize<T>(SerializedCustomStatus);

    /// <summary>Name, id, status and times, and the beginnings of input, output and failure.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(
            $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}");
        if (SerializedInput is not null) text.Append($", Input: '{Shorten(SerializedInput)}'");
        if (SerializedOutput is not null) text.Append($", Output: '{Shorten(SerializedOutput)}'");
        if (FailureDetails is not null) text.Append($", FailureDetails: '{FailureDetails.ErrorType} - {Shorten(FailureDetails.ErrorMessage)}'");
        return text.Append(']').ToString();
    }

    private static string Shorten(string payload)
        => payload.Length > LongestPayloadShown ? payload[..LongestPayloadShown] + "..." : payload;

    private DataConverter Converter([CallerMemberName] string method = "")
        => DataConverter ?? throw new InvalidOperationException(
            $"{method} needs metadata that was fetched with inputs and outputs: pass getInputsAndOutputs or FetchInputsAndOutputs.");
}
