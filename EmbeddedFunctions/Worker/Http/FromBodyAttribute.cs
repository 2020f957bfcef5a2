using EmbeddedFunctions.Http;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Gives the parameter the request's JSON body. A body that does not fit makes the invocation fail: 500.</summary>
[AttributeUsage(
    AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Enum | AttributeTargets.Struct,
    AllowMultiple = true)]
public class FromBodyAttribute : InputConverterAttribute
{
    /// <summary>Marks a parameter.</summary>
    public FromBodyAttribute()
        : base(typeof(BodyBinder))
    {
    }
}
