namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Names a type that a converter is for. It is asked for no other then; without the attribute it is asked for all.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class SupportedTargetTypeAttribute : Attribute
{
    /// <summary>Names a type.</summary>
    public SupportedTargetTypeAttribute(Type targetType) => TargetType = targetType;

    /// <summary>The type.</summary>
    public Type TargetType { get; }
}

/// <summary>Says whether the worker's converters are asked after those that a binding names itself.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConverterFallbackBehaviorAttribute : Attribute
{
    /// <summary>Says it.</summary>
    public ConverterFallbackBehaviorAttribute(ConverterFallbackBehavior fallbackBehavior) => Behavior = fallbackBehavior;

    /// <summary>What was said.</summary>
    public ConverterFallbackBehavior Behavior { get; }
}

/// <summary>Whether the worker's converters are asked after those that a binding names itself.</summary>
public enum ConverterFallbackBehavior
{
    /// <summary>They are.</summary>
    Allow = 0,

    /// <summary>They are not.</summary>
    Disallow = 1,

    /// <summary>They are.</summary>
#pragma warning disable CA1069 // As it is officially.
    Default = 0,
#pragma warning restore CA1069
}
