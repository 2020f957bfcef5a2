using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Endurance.Node;

/// <summary>The orchestrations of the fault trials. <see cref="Expected"/> knows what each returns.</summary>
internal static class Orchestrations
{
    [Function(nameof(Sequence))]
    public static async Task<long> Sequence([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        for (var i = 0; i < Expected.SequenceSteps; i++)
        {
            n = await StepAsync(context, $"s{i}", n);
        }

        return n;
    }

    [Function(nameof(FanOut))]
    public static async Task<long> FanOut([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        var branches = await Task.WhenAll(Enumerable.Range(0, Expected.Branches).Select(i => StepAsync(context, $"b{i}", n + i)));
        return branches.Aggregate(0L, (sum, next) => unchecked(sum + next));
    }

    [Function(nameof(Timer))]
    public static async Task<long> Timer([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        n = await StepAsync(context, "before", n);
        await context.CreateTimer(TimeSpan.FromMilliseconds((n & 511) + 1), CancellationToken.None);
        return await StepAsync(context, "after", n);
    }

    [Function(nameof(Event))]
    public static async Task<long> Event([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        n = await StepAsync(context, "before", n);
        var told = await context.WaitForExternalEvent<long>("go");
        return await StepAsync(context, "after", unchecked(n + told));
    }

    [Function(nameof(Parent))]
    public static async Task<long> Parent([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        var children = await Task.WhenAll(
            context.CallSubOrchestratorAsync<long>(nameof(Sequence), n),
            context.CallSubOrchestratorAsync<long>(nameof(Sequence), n + 1));
        return unchecked(children[0] + children[1]);
    }

    [Function(nameof(Retry))]
    public static async Task<long> Retry([OrchestrationTrigger] TaskOrchestrationContext context, long n)
    {
        n = await context.CallActivityAsync<long>(
            nameof(Activities.Flaky),
            new StepInput(context.InstanceId, Expected.FlakyCall, n),
            new TaskOptions(new TaskRetryOptions(new RetryPolicy(5, TimeSpan.FromMilliseconds(20)))));
        return await StepAsync(context, "after", n);
    }

    [Function(nameof(Rounds))]
    public static async Task<long> Rounds([OrchestrationTrigger] TaskOrchestrationContext context, Round round)
    {
        var value = await StepAsync(context, $"r{round.Left}", round.Value);
        if (round.Left > 1)
        {
            context.ContinueAsNew(new Round(round.Left - 1, value));
        }

        return value;
    }

    private static Task<long> StepAsync(TaskOrchestrationContext context, string call, long value) =>
        context.CallActivityAsync<long>(nameof(Activities.Step), new StepInput(context.InstanceId, call, value));
}

/// <summary>One life of an orchestration that continues as new.</summary>
/// <param name="Left">Rounds to go, this one among them.</param>
/// <param name="Value">What it has computed so far.</param>
public sealed record Round(int Left, long Value);
