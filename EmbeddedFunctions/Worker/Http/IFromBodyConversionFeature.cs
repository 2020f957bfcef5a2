namespace Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

/// <summary>Reads the body for parameters with <c>[FromBody]</c>.</summary>
public interface IFromBodyConversionFeature
{
    /// <summary>The body as a type.</summary>
    ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType);
}
