using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>
/// What an orchestrator function is given for its context where there is middleware: the invocation of whatever episode the code is in, so
/// that it finds there what the middleware of that episode has left.
/// </summary>
internal sealed class EpisodeFunctionContext(OrchestratorLife life) : FunctionContext
{
    /// <summary>The invocation of the episode under way.</summary>
    public EmbeddedFunctionContext Episode => life.Episode;

    public override string InvocationId => Episode.InvocationId;

    public override string FunctionId => Episode.FunctionId;

    public override TraceContext TraceContext => Episode.TraceContext;

    public override BindingContext BindingContext => Episode.BindingContext;

    public override RetryContext RetryContext => Episode.RetryContext;

    public override IServiceProvider InstanceServices
    {
        get => Episode.InstanceServices;
        set => Episode.InstanceServices = value;
    }

    public override FunctionDefinition FunctionDefinition => Episode.FunctionDefinition;

    public override IDictionary<object, object> Items
    {
        get => Episode.Items;
        set => Episode.Items = value;
    }

    public override IInvocationFeatures Features => Episode.Features;

    public override CancellationToken CancellationToken => Episode.CancellationToken;
}
