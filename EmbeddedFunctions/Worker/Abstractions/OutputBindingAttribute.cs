namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks what a function hands out when it has run.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Method)]
public abstract class OutputBindingAttribute : BindingAttribute
{
    /// <summary>Makes the attribute.</summary>
#pragma warning disable CA1012, MA0017 // Public as it is officially.
    public OutputBindingAttribute()
#pragma warning restore CA1012, MA0017
    {
    }
}
