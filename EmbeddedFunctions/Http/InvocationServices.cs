using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedFunctions.Http;

/// <summary>Makes the services of an HTTP invocation those of its request: one scope for both.</summary>
internal sealed class InvocationServices(EmbeddedFunctionContext context) : IServiceProvidersFeature
{
    public IServiceProvider RequestServices
    {
        get => context.InstanceServices;
        set => context.InstanceServices = value;
    }
}
