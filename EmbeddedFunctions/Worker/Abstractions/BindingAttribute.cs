namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>The base of what binds a function to the outside.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute
{
    /// <summary>Makes the attribute.</summary>
#pragma warning disable CA1012, MA0017 // Public as it is officially.
    public BindingAttribute()
#pragma warning restore CA1012, MA0017
    {
    }
}
