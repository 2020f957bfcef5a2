namespace FunctionApp.Tests.EmbeddedFunctions.Surface;

/// <summary>What of the official surface this host does not declare, and why. Everything else has to be there.</summary>
internal static class LeftOut
{
    private static readonly string[] Parts =
    [
        // Durable entities.
        "Entit",

        // Orchestrators and activities as classes of their own: for workers without functions.
        "Microsoft.DurableTask.DurableEventAttribute",
        "Microsoft.DurableTask.DurableTaskAttribute",
        "Microsoft.DurableTask.DurableTaskRegistry",
        "Microsoft.DurableTask.FuncTask",
        "Microsoft.DurableTask.ITask",
        "Microsoft.DurableTask.TaskActivity<",
        "Microsoft.DurableTask.TaskOrchestrator<",

        // Clients of a task hub elsewhere.
        "Microsoft.DurableTask.Client.DefaultDurableTaskClientBuilder",
        "Microsoft.DurableTask.Client.DurableTaskBuilderExtensions",
        "Microsoft.DurableTask.Client.IDurableTaskClientBuilder",
        "Microsoft.DurableTask.Client.ServiceCollectionExtensions",

        // How a worker and its extensions tell a host in another process what they are.
        "Microsoft.Azure.Functions.Worker.Core.CollectionModelBindingData",
        "Microsoft.Azure.Functions.Worker.Core.FunctionMetadata.",
        "Microsoft.Azure.Functions.Worker.Core.ModelBindingData",
        "Microsoft.Azure.Functions.Worker.Core.WorkerExtensionStartup",
        "Microsoft.Azure.Functions.Worker.Diagnostics.IBaggagePropagator",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.BindingCapabilities",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.BindingPropertyName",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.Cardinality",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.DefaultValueAttribute",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.ExtensionInformation",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.ISupportCardinality",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.KnownBindingCapabilities",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.SupportsDeferredBinding",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.DurableTaskExtensionStartup",
        "Microsoft.Azure.Functions.Worker.IAutoConfigureStartup",

        // The parts of the worker's own pipeline: a program gets all of it, or takes a place in it as middleware.
        "Microsoft.Azure.Functions.Worker.Invocation.IFunctionExecutor",
        "UseDefaultWorkerMiddleware",
        "UseFunctionExecutionMiddleware",
        "UseOutputBindingsMiddleware",

        // Ways to build a host from before FunctionsApplication.CreateBuilder.
        "Microsoft.Azure.Functions.Worker.FunctionsWorkerHost",
        "Microsoft.Extensions.DependencyInjection.ServiceCollectionExtensions",
        "Microsoft.Extensions.Hosting.CoreWorkerHostBuilderExtensions",
        "Microsoft.Extensions.Hosting.FunctionsHostBuilderExtensions",
        "Microsoft.Extensions.Hosting.WorkerHostBuilderExtensions",
    ];

    /// <summary>Whether a line of the official lists is of one of these.</summary>
    public static bool Has(string line) => Array.Exists(Parts, part => line.Contains(part, StringComparison.Ordinal));
}
