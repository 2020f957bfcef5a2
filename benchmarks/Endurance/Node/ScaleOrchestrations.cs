using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Endurance.Node;

/// <summary>The orchestrations of the scale trials.</summary>
internal static class ScaleOrchestrations
{
    /// <summary>Waits for an event that may never come.</summary>
    [Function(nameof(Listens))]
    public static Task<long> Listens([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<long>("go");

    /// <summary>Waits for so many days.</summary>
    [Function(nameof(Sleeps))]
    public static async Task<int> Sleeps([OrchestrationTrigger] TaskOrchestrationContext context, int days)
    {
        await context.CreateTimer(TimeSpan.FromDays(days), CancellationToken.None);
        return days;
    }

    /// <summary>So many steps that do nothing.</summary>
    [Function(nameof(Steps))]
    public static async Task<int> Steps([OrchestrationTrigger] TaskOrchestrationContext context, int count)
    {
        var value = 0;
        while (value < count)
        {
            value = await context.CallActivityAsync<int>(nameof(Activities.Nothing), value);
        }

        return value;
    }

    /// <summary>One call to a provider that takes so many milliseconds.</summary>
    [Function(nameof(Asks))]
    public static Task<int> Asks([OrchestrationTrigger] TaskOrchestrationContext context, int milliseconds) =>
        context.CallActivityAsync<int>(nameof(Activities.CallProvider), milliseconds);
}
