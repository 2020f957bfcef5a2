using Microsoft.DurableTask;

namespace Endurance.Node;

/// <summary>The orchestrations of the fault trials. <see cref="Expected"/> computes what each returns.</summary>
internal static class Orchestrations
{
    public const string Sequence = "Sequence";
    public const string FanOut = "FanOut";
    public const string Timer = "Timer";
    public const string Event = "Event";
    public const string Parent = "Parent";
    public const string Retry = "Retry";
    public const string Rounds = "Rounds";

    /// <summary>The external event that an <see cref="Event"/> orchestration waits for.</summary>
    public const string EventName = "go";

    private static readonly TaskOptions FiveAttempts = new(new TaskRetryOptions(new RetryPolicy(5, TimeSpan.FromMilliseconds(20))));

    public static void Register(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<long, long>(Sequence, SequenceAsync)
        .AddOrchestratorFunc<long, long>(FanOut, FanOutAsync)
        .AddOrchestratorFunc<long, long>(Timer, TimerAsync)
        .AddOrchestratorFunc<long, long>(Event, EventAsync)
        .AddOrchestratorFunc<long, long>(Parent, ParentAsync)
        .AddOrchestratorFunc<long, long>(Retry, RetryAsync)
        .AddOrchestratorFunc<Round, long>(Rounds, RoundsAsync);

    private static async Task<long> SequenceAsync(TaskOrchestrationContext context, long n)
    {
        for (var i = 0; i < Expected.SequenceSteps; i++)
        {
            n = await StepAsync(context, $"s{i}", n);
        }

        return n;
    }

    private static async Task<long> FanOutAsync(TaskOrchestrationContext context, long n)
    {
        var branches = await Task.WhenAll(Enumerable.Range(0, Expected.Branches).Select(i => StepAsync(context, $"b{i}", n + i)));
        return branches.Aggregate(0L, (sum, next) => unchecked(sum + next));
    }

    private static async Task<long> TimerAsync(TaskOrchestrationContext context, long n)
    {
        n = await StepAsync(context, "before", n);
        await context.CreateTimer(TimeSpan.FromMilliseconds((n & 511) + 1), CancellationToken.None);
        return await StepAsync(context, "after", n);
    }

    private static async Task<long> EventAsync(TaskOrchestrationContext context, long n)
    {
        n = await StepAsync(context, "before", n);
        var payload = await context.WaitForExternalEvent<long>(EventName);
        return await StepAsync(context, "after", unchecked(n + payload));
    }

    private static async Task<long> ParentAsync(TaskOrchestrationContext context, long n)
    {
        var children = await Task.WhenAll(
            context.CallSubOrchestratorAsync<long>(Sequence, n),
            context.CallSubOrchestratorAsync<long>(Sequence, n + 1));
        return unchecked(children[0] + children[1]);
    }

    private static async Task<long> RetryAsync(TaskOrchestrationContext context, long n)
    {
        n = await context.CallActivityAsync<long>(Activities.Flaky, new StepInput(context.InstanceId, Expected.FlakyCall, n), FiveAttempts);
        return await StepAsync(context, "after", n);
    }

    private static async Task<long> RoundsAsync(TaskOrchestrationContext context, Round round)
    {
        var value = await StepAsync(context, $"r{round.Left}", round.Value);
        if (round.Left > 1)
        {
            context.ContinueAsNew(new Round(round.Left - 1, value));
        }

        return value;
    }

    private static Task<long> StepAsync(TaskOrchestrationContext context, string call, long value) =>
        context.CallActivityAsync<long>(Activities.Step, new StepInput(context.InstanceId, call, value));
}

/// <summary>One generation of an orchestration that continues as new.</summary>
/// <param name="Left">Rounds to go, this one among them.</param>
/// <param name="Value">What it has computed so far.</param>
internal sealed record Round(int Left, long Value);
