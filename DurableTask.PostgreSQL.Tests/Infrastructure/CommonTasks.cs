using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>Orchestrators that many tests need.</summary>
internal static class CommonTasks
{
    public static void Add(DurableTaskRegistry tasks)
    {
        tasks.AddOrchestratorFunc<string?, string?>("Echo", (_, input) => input);
        tasks.AddOrchestratorFunc<string?>("Waits", context => context.WaitForExternalEvent<string?>("go"));
        tasks.AddOrchestratorFunc<string, string>("Fails", (_, message) => Task.FromException<string>(new InvalidOperationException(message)));

        // The texts of a number of events, in the order in which they came.
        tasks.AddOrchestratorFunc<int, string>("Collects", async (context, count) =>
        {
            var texts = new List<string>();
            while (texts.Count < count)
            {
                texts.Add(await context.WaitForExternalEvent<string>("e"));
            }

            return string.Join(' ', texts);
        });

        // Waits for a child with the id given.
        tasks.AddOrchestratorFunc<string, string>("ParentOfWaits", (context, id) =>
            context.CallSubOrchestratorAsync<string>("Waits", new SubOrchestrationOptions { InstanceId = id }));
        tasks.AddOrchestratorFunc<string, string>("GrandparentOfWaits", (context, id) =>
            context.CallSubOrchestratorAsync<string>("ParentOfWaits", id, new SubOrchestrationOptions { InstanceId = $"{id}-parent" }));
    }
}
