namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>What is to be converted, and to what.</summary>
public abstract class ConverterContext
{
    /// <summary>The type of the parameter.</summary>
    public abstract Type TargetType { get; }

    /// <summary>The value under the parameter's name; <see langword="null"/> where the trigger brought none.</summary>
    public abstract object? Source { get; }

    /// <summary>The invocation.</summary>
    public abstract FunctionContext FunctionContext { get; }

    /// <summary>What else is known of the parameter.</summary>
    public abstract IReadOnlyDictionary<string, object> Properties { get; }
}
