using Microsoft.DurableTask;

namespace Endurance.Node;

/// <summary>The orchestrations of the scale trials.</summary>
internal static class ScaleOrchestrations
{
    /// <summary>Waits for an event that may never come.</summary>
    public const string Listens = "Listens";

    /// <summary>Waits for a number of days, its input.</summary>
    public const string Sleeps = "Sleeps";

    /// <summary>So many steps that do nothing.</summary>
    public const string Steps = "Steps";

    /// <summary>One call to a provider; its input is the duration in milliseconds.</summary>
    public const string Asks = "Asks";

    public static void Register(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<int, long>(Listens, (context, _) => context.WaitForExternalEvent<long>(Orchestrations.EventName))
        .AddOrchestratorFunc<int, int>(Sleeps, SleepsAsync)
        .AddOrchestratorFunc<int, int>(Steps, StepsAsync)
        .AddOrchestratorFunc<int, int>(Asks, (context, milliseconds) => context.CallActivityAsync<int>(Activities.CallProvider, milliseconds));

    private static async Task<int> SleepsAsync(TaskOrchestrationContext context, int days)
    {
        await context.CreateTimer(TimeSpan.FromDays(days), CancellationToken.None);
        return days;
    }

    private static async Task<int> StepsAsync(TaskOrchestrationContext context, int count)
    {
        var value = 0;
        while (value < count)
        {
            value = await context.CallActivityAsync<int>(Activities.Nothing, value);
        }

        return value;
    }
}
