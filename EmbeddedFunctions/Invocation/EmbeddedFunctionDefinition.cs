using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>A function as it was declared.</summary>
internal sealed class EmbeddedFunctionDefinition(
    string name, MethodInfo method, IEnumerable<FunctionBinding> bindings) : FunctionDefinition
{
    private readonly List<FunctionBinding> _bindings = [.. bindings];

    public override string Name { get; } = name;

    public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.Module.Assembly.Location;

    public override string Id => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name} {EntryPoint}")).AsSpan(0, 8));

    public override ImmutableArray<FunctionParameter> Parameters { get; } =
    [
        .. method.GetParameters().Select(parameter => new FunctionParameter(
            parameter.Name!,
            parameter.ParameterType,
            parameter.HasDefaultValue,
            parameter.HasDefaultValue ? parameter.DefaultValue : null)),
    ];

    public override IImmutableDictionary<string, BindingMetadata> InputBindings => field ??= Bindings(BindingDirection.In);

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => field ??= Bindings(BindingDirection.Out);

    private ImmutableDictionary<string, BindingMetadata> Bindings(BindingDirection direction) => _bindings
        .Where(binding => binding.Direction == direction)
        .ToImmutableDictionary(binding => binding.Name, BindingMetadata (binding) => binding, StringComparer.Ordinal);
}

/// <summary>One binding of a function.</summary>
internal sealed class FunctionBinding(string name, string type, BindingDirection direction) : BindingMetadata
{
    public const string HttpTrigger = "httpTrigger";
    public const string TimerTrigger = "timerTrigger";
    public const string ActivityTrigger = "activityTrigger";
    public const string OrchestrationTrigger = "orchestrationTrigger";
    public const string DurableClient = "durableClient";

    public override string Name { get; } = name;

    public override string Type { get; } = type;

    public override BindingDirection Direction { get; } = direction;
}
