using Microsoft.DurableTask;

namespace Endurance.Node;

/// <summary>An activity's input.</summary>
/// <param name="Instance">The orchestration that calls.</param>
/// <param name="Call">Which of its calls it is.</param>
/// <param name="Value">What to compute from.</param>
internal sealed record StepInput(string Instance, string Call, long Value);

/// <summary>The activities of the trial.</summary>
internal sealed class Activities(ExecutionLog log)
{
    public const string Step = "Step";
    public const string Flaky = "Flaky";
    public const string CallProvider = "CallProvider";
    public const string Nothing = "Nothing";

    /// <summary>Executions of <see cref="Flaky"/> until one succeeds.</summary>
    public const int FlakyExecutions = 3;

    public void Register(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<StepInput, long>(Step, (_, input) => StepAsync(input))
        .AddActivityFunc<StepInput, long>(Flaky, (_, input) => FlakyAsync(input))
        .AddActivityFunc<int, int>(CallProvider, (_, milliseconds) => CallProviderAsync(milliseconds))
        .AddActivityFunc<int, int>(Nothing, (_, value) => value + 1); // what is left is what the task hub costs

    /// <summary>A step that takes up to 60 ms.</summary>
    private async Task<long> StepAsync(StepInput input)
    {
        await log.RecordAsync(input.Instance, input.Call);
        await Task.Delay((int)(Mixing.Next(input.Value) & 63));
        return Mixing.Next(input.Value);
    }

    /// <summary>Fails until it was executed often enough, no matter what for.</summary>
    private async Task<long> FlakyAsync(StepInput input)
    {
        var executions = await log.RecordAsync(input.Instance, input.Call);
        return executions >= FlakyExecutions
            ? Mixing.Next(input.Value)
            : throw new InvalidOperationException($"Execution {executions} of {input.Call} fails.");
    }

    /// <summary>Waits, as a call to a provider does.</summary>
    private static async Task<int> CallProviderAsync(int milliseconds)
    {
        await Task.Delay(milliseconds);
        return milliseconds;
    }
}
