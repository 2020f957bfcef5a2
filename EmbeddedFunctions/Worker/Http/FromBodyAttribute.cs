using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Binds a parameter from the request's JSON body. A body that does not fit ends in an empty 500, as on the official host.</summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Parameter,
    AllowMultiple = true)]
public class FromBodyAttribute : InputConverterAttribute
{
    /// <summary>Binds from the body.</summary>
    public FromBodyAttribute()
        : base(typeof(FromBodyAttribute))
    {
    }
}
