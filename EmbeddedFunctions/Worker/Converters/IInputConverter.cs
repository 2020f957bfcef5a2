namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Converts what a trigger brought along to the type of a parameter. Made with the application's services, once for each type.</summary>
public interface IInputConverter
{
    /// <summary>Converts a value, or says that it is not its business.</summary>
    ValueTask<ConversionResult> ConvertAsync(ConverterContext context);
}
