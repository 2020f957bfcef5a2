using Microsoft.Azure.Functions.Worker;

namespace Endurance.Node;

/// <summary>What an activity is told.</summary>
/// <param name="Instance">The orchestration that calls.</param>
/// <param name="Call">Which of its calls it is.</param>
/// <param name="Value">What to compute from.</param>
public sealed record StepInput(string Instance, string Call, long Value);

/// <summary>The activities of the trial.</summary>
internal sealed class Activities(ExecutionLog log)
{
    /// <summary>Executions of <see cref="Flaky"/> until one succeeds.</summary>
    public const int FlakyExecutions = 3;

    /// <summary>A step that takes up to 60 ms.</summary>
    [Function(nameof(Step))]
    public async Task<long> Step([ActivityTrigger] StepInput input)
    {
        await log.RecordAsync(input.Instance, input.Call);
        await Task.Delay((int)(Mixing.Next(input.Value) & 63));
        return Mixing.Next(input.Value);
    }

    /// <summary>Fails until it was executed often enough, whoever asked for the executions before.</summary>
    [Function(nameof(Flaky))]
    public async Task<long> Flaky([ActivityTrigger] StepInput input)
    {
        var executions = await log.RecordAsync(input.Instance, input.Call);
        return executions >= FlakyExecutions
            ? Mixing.Next(input.Value)
            : throw new InvalidOperationException($"Execution {executions} of {input.Call} fails.");
    }

    /// <summary>Waits, as a call to a provider does.</summary>
    [Function(nameof(CallProvider))]
    public static async Task<int> CallProvider([ActivityTrigger] int milliseconds)
    {
        await Task.Delay(milliseconds);
        return milliseconds;
    }

    /// <summary>Does nothing: what is left is what the engine costs.</summary>
    [Function(nameof(Nothing))]
    public static int Nothing([ActivityTrigger] int value) => value + 1;
}
