using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Atelier.Durable;

/// <summary>Calls of the durable client that several features share.</summary>
internal static class DurableTaskClientExtensions
{
    /// <summary>Schedules an orchestration under a unique id. If an instance with that id exists, it is the same one, and nothing happens.</summary>
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
