using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>What a node in a process of its own can run; nodes in the tests' process that continue its work have the same tasks.</summary>
internal static class ProcessTasks
{
    public static void Add(DurableTaskRegistry tasks)
    {
        // Steps that depend on each other: a result that changed after it was seen, was lost or came twice changes the sum.
        tasks.AddOrchestratorFunc<int, int>("Sum", async (context, count) =>
        {
            var sum = 0;
            for (var i = 1; i <= count; i++)
            {
                sum = await context.CallActivityAsync<int>("Add", new Addition(sum, i));
            }

            return sum;
        });
        tasks.AddActivityFunc<Addition, int>("Add", async (_, addition) =>
        {
            await Task.Delay(5);
            return addition.Sum + addition.Value;
        });
        tasks.AddOrchestratorFunc<int, int>("SumOfSums", async (context, count) =>
        {
            var parts = await Task.WhenAll(Enumerable.Range(1, count).Select(n => context.CallSubOrchestratorAsync<int>("Sum", n)));
            await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            return parts.Sum();
        });
        tasks.AddOrchestratorFunc<string>("Kills", async context =>
        {
            await context.CallActivityAsync("Kill");
            return "survived";
        });
        tasks.AddActivityFunc<string>("Kill", _ =>
        {
            Environment.Exit(9);
            return string.Empty;
        });
        tasks.AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("go"));
    }

    internal sealed record Addition(int Sum, int Value);
}
