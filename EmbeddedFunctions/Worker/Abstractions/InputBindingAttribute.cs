namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks a parameter whose value is handed in when the function starts.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class InputBindingAttribute : BindingAttribute
{
    /// <summary>Makes the attribute.</summary>
#pragma warning disable CA1012, MA0017 // Public as it is officially.
    public InputBindingAttribute()
#pragma warning restore CA1012, MA0017
    {
    }
}
