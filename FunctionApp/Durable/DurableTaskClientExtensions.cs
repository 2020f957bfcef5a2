using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Atelier.Durable;

/// <summary>What the app asks of the durable client more than once.</summary>
internal static class DurableTaskClientExtensions
{
    /// <summary>Schedules an orchestration under an id that it alone has: one that runs already is the one that is wanted.</summary>
    public static async Task ScheduleOnceAsync(
        this DurableTaskClient client, TaskName orchestrator, object input, string instanceId, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another process has scheduled it, or an earlier call whose response was lost.
        }
    }
}
