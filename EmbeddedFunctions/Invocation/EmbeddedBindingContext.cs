using System.Collections.ObjectModel;
using System.Text.Json;
using EmbeddedFunctions.Http;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>What the trigger brought along, under the official host's names.</summary>
internal sealed class EmbeddedBindingContext(EmbeddedFunctionContext context) : BindingContext
{
    private IReadOnlyDictionary<string, object?>? _data;

    public override IReadOnlyDictionary<string, object?> BindingData => _data ??= context switch
    {
        { HttpContext: { } http } => HttpBindingData.Of(http),
        { Activity: { } activity } => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["data"] = activity.SerializedInput,
            ["instanceId"] = activity.InstanceId,
            [TriggerParameterName()] = activity.SerializedInput,
        },
        { Timer: { } timer } => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["TimerTrigger"] = JsonSerializer.Serialize(timer, WorkerJson.Options),
        },
        _ => ReadOnlyDictionary<string, object?>.Empty,
    };

    private string TriggerParameterName() => context.FunctionDefinition.InputBindings
        .First(binding => binding.Value.Type == FunctionBinding.ActivityTrigger).Key;
}
