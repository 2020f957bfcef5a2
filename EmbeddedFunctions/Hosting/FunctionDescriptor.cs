using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace EmbeddedFunctions.Hosting;

/// <summary>A function as it was found: its method, its trigger, how it is called.</summary>
internal sealed class FunctionDescriptor : FunctionDefinition
{
    public FunctionDescriptor(string name, MethodInfo method, ParameterInfo triggerParameter, TriggerBindingAttribute trigger)
    {
        Name = name;
        Method = method;
        TriggerParameter = triggerParameter;
        Trigger = trigger;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        Id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{EntryPoint}/{name}")).AsSpan(0, 8));
        Parameters =
        [
            .. method.GetParameters().Select(p => new FunctionParameter(
                p.Name!,
                p.ParameterType,
                p.HasDefaultValue,
                p.HasDefaultValue ? p.DefaultValue : null,
                ImmutableDictionary<string, object>.Empty)),
        ];
    }

    public MethodInfo Method { get; }

    public ParameterInfo TriggerParameter { get; }

    public TriggerBindingAttribute Trigger { get; }

    /// <summary>Calls the method with everything bound. Set once discovery has found no mistake.</summary>
    public FunctionCall Call { get; set; } = null!;

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; }

    public override string Id { get; }

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings => field ??= Method.GetParameters()
        .Select(p => (p.Name, Attribute: p.GetCustomAttribute<BindingAttribute>()))
        .Where(p => p.Attribute is not null)
        .ToImmutableDictionary(p => p.Name!, p => (BindingMetadata)new Metadata(p.Name!, TypeOf(p.Attribute!)), StringComparer.Ordinal);

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    private static string TypeOf(BindingAttribute attribute)
    {
        var name = attribute.GetType().Name;
        name = name[..^nameof(Attribute).Length];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private sealed class Metadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
