using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

namespace EmbeddedFunctions.Http;

/// <summary>Gives a parameter marked with <c>[FromBody]</c> the request's JSON body.</summary>
internal sealed class BodyBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    public override async ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        // Middleware may have put another way of reading in its place.
        var conversion = (context.HasFeatures ? context.Features.Get<IFromBodyConversionFeature>() : null) ?? FromBodyConversion.Instance;
        try
        {
            return await conversion.ConvertAsync(context, Type);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Misfit(context, "the body", exception);
        }
    }
}
