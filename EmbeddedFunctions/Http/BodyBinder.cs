using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions.Http;

/// <summary>Gives a parameter marked with <c>[FromBody]</c> the request's JSON body.</summary>
internal sealed class BodyBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    public override async ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        var request = context.HttpContext!.Request;
        if (!request.HasJsonContentType())
        {
            throw new FunctionInputConverterException(
                $"Function '{context.Function.Name}': parameter '{Name}' takes a JSON body; the request's content type is '{request.ContentType}'.");
        }

        var options = context.RootServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        try
        {
            return await request.ReadFromJsonAsync(Type, options, context.CancellationToken)
                ?? throw new JsonException("The body is null.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Misfit(context, "the body", exception);
        }
    }
}
