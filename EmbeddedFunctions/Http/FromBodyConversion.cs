using System.Text.Json;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace EmbeddedFunctions.Http;

/// <summary>Reads a request's JSON body, by ASP.NET Core's options for it.</summary>
internal sealed class FromBodyConversion : IFromBodyConversionFeature
{
    public static FromBodyConversion Instance { get; } = new();

    /// <exception cref="InvalidOperationException">The request's content type is none of JSON.</exception>
    /// <exception cref="JsonException">The body is not JSON, <see langword="null"/>, or does not fit the type.</exception>
    public async ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType)
    {
        var invocation = EmbeddedFunctionContext.Of(context);
        var request = invocation.HttpContext!.Request;
        var options = invocation.RootServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        var body = request.HasJsonContentType() ? request.ReadFromJsonAsync(targetType, options, context.CancellationToken)
            : IsTextJson(request) ? JsonSerializer.DeserializeAsync(request.Body, targetType, options, context.CancellationToken)
            : throw new InvalidOperationException($"A JSON body is wanted; the request's content type is '{request.ContentType}'.");
        return await body ?? throw new JsonException("The body is null.");
    }

    // ASP.NET Core's formatter takes this one as well.
    private static bool IsTextJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase);
}
