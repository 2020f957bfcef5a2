namespace EmbeddedFunctions.Invocation;

/// <summary>All functions of the application.</summary>
/// <param name="Functions">The functions, in the order in which their types declare them.</param>
/// <param name="Warnings">What is no mistake that keeps the application from starting, but hardly meant: a sentence each.</param>
internal sealed record FunctionCatalog(IReadOnlyList<FunctionEntry> Functions, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether anything needs the durable engine.</summary>
    public bool UsesDurable => Functions.Any(function =>
        function.Kind is TriggerKind.Activity or TriggerKind.Orchestration
        || function.Binders.Any(binder => (binder is ConvertingBinder converting ? converting.Inner : binder) is DurableClientBinder));

    public IEnumerable<FunctionEntry> Of(TriggerKind kind) => Functions.Where(function => function.Kind == kind);
}
