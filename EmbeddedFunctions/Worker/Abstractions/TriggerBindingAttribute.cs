namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks the parameter whose value comes from what starts the function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute
{
    /// <summary>Makes the attribute.</summary>
#pragma warning disable CA1012, MA0017 // Public as it is officially.
    public TriggerBindingAttribute()
#pragma warning restore CA1012, MA0017
    {
    }
}
