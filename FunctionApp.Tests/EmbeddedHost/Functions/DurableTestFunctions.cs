using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>Orchestrators and activities of a class with services.</summary>
public sealed class DurableTestFunctions(ScopedService scoped, Journal journal)
{
    // As variables, so that the analyzers do not check them: they would report another case and a deliberate mistake.
    private static readonly string AnyCase = "sAY";
    private static readonly string Missing = "Nobody";

    [Function("Say")]
    public string Say([ActivityTrigger] string? word, FunctionContext context)
    {
        journal.Add($"{context.FunctionDefinition.Name} {word ?? "null"}");
        return $"{word ?? "null"}!";
    }

    [Function("ScopeOfActivity")]
    public Guid ScopeOfActivity([ActivityTrigger] string? input, TaskActivityContext context) =>
        context.InstanceId.Length > 0 ? scoped.Id : Guid.Empty;

    [Function("Refuses")]
    public string Refuses([ActivityTrigger] string? input) => throw new RefusedException(scoped.Id == Guid.Empty ? 0 : 429);

    [Function("Lingers")]
    public async Task Lingers([ActivityTrigger] string? input, CancellationToken cancellationToken)
    {
        journal.Add("lingers");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    [Function("Greet")]
    public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context, string? name) =>
        await context.CallActivityAsync<string>(AnyCase, name);

    [Function("Shapes")]
    public static Shape Shapes([OrchestrationTrigger] TaskOrchestrationContext context, Shape input) =>
        context.IsReplaying ? input : input with { Sides = input.Sides + 1 };

    [Function("TwoScopes")]
    public static async Task<bool> TwoScopes([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<Guid>("ScopeOfActivity", "x") != await context.CallActivityAsync<Guid>("ScopeOfActivity", "x");

    [Function("WaitsForGo")]
    public async Task<string> WaitsForGo([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        journal.Add($"began {scoped.Id}");
        return await context.WaitForExternalEvent<string>("go");
    }

    [Function("Parent")]
    public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context) =>
        $"{context.Parent is null} {await context.CallSubOrchestratorAsync<string>("Child")}";

    [Function("Child")]
    public static string Child([OrchestrationTrigger] TaskOrchestrationContext context) =>
        $"{context.Parent!.Name} {context.Parent.InstanceId} {context.Version}";

    [Function("AwaitsElsewhere")]
    public static async Task AwaitsElsewhere([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await default(Elsewhere);
        _ = await context.CallActivityAsync<string>("Say", "never");
    }

    [Function("Waits")]
    public static Task Waits([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Lingers");

    [Function("VersionOf")]
    public static string VersionOf([OrchestrationTrigger] TaskOrchestrationContext context) => context.Version;

    [Function("CallsNobody")]
    public static async Task<string> CallsNobody([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            return await context.CallActivityAsync<string>(Missing);
        }
        catch (TaskFailedException exception)
        {
            return exception.FailureDetails.ErrorMessage;
        }
    }

    [Function("Retries")]
    public static async Task<string> Retries([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var seen = "nothing";
        var policy = new RetryPolicy(2, TimeSpan.FromMilliseconds(10))
        {
            HandleFailure = details =>
            {
                seen = string.Join(", ", details.Properties!.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => $"{pair.Key} {pair.Value?.GetType().Name} {JsonSerializer.Serialize(pair.Value)}"));
                return false;
            },
        };
        try
        {
            return await context.CallActivityAsync<string>("Refuses", TaskOptions.FromRetryPolicy(policy));
        }
        catch (TaskFailedException)
        {
            return seen;
        }
    }

    public sealed record Shape(string Name, int Sides, string? Note);
}

/// <summary>A failure with properties besides its message.</summary>
public sealed class RefusedException(int status) : Exception("refused")
{
    public int Status { get; } = status;
}
