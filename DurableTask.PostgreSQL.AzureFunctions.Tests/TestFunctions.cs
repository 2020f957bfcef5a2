using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace DurableTask.PostgreSQL.AzureFunctions.Tests;

/// <summary>The functions of the tests' app.</summary>
public static class TestFunctions
{
    private static int _attempts;
    private static int _repairs;

    /// <summary>Whether <see cref="Fragile"/> succeeds.</summary>
    public static bool IsRepaired { get; set; }

    /// <summary>How often <see cref="Fragile"/> was called.</summary>
    public static int Repairs => _repairs;

    [FunctionName(nameof(FanOut))]
    public static async Task<string> FanOut([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        var tasks = Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync<string>(nameof(Say), i.ToString()));
        return string.Join(' ', await Task.WhenAll(tasks));
    }

    [FunctionName(nameof(Retried))]
    public static Task<string> Retried([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityWithRetryAsync<string>(nameof(FailTwice), new RetryOptions(TimeSpan.FromMilliseconds(50), 3), null);

    [FunctionName(nameof(Approval))]
    public static async Task<string> Approval([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("Approved");
    }

    [FunctionName(nameof(Rewindable))]
    public static Task<string> Rewindable([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityAsync<string>(nameof(Fragile), null);

    [FunctionName(nameof(Say))]
    public static string Say([ActivityTrigger] string name) => $"Hello {name}";

    [FunctionName(nameof(FailTwice))]
    public static string FailTwice([ActivityTrigger] string name) =>
        Interlocked.Increment(ref _attempts) < 3 ? throw new InvalidOperationException("Not yet.") : "third time";

    [FunctionName(nameof(Fragile))]
    public static string Fragile([ActivityTrigger] string name)
    {
        Interlocked.Increment(ref _repairs);
        return IsRepaired ? "repaired" : throw new InvalidOperationException("Broken.");
    }
}

/// <summary>An app with an entity, which the provider refuses.</summary>
public static class Counter
{
    [FunctionName(nameof(Counter))]
    public static void Run([EntityTrigger] IDurableEntityContext context) => context.SetState(1);
}
