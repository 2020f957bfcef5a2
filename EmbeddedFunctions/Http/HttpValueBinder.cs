using System.Globalization;
using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;

namespace EmbeddedFunctions.Http;

/// <summary>Gives a parameter the route value, or else the query value, of its name.</summary>
/// <remarks>Text is taken as it is, guids and times are parsed, anything else is read as JSON: numbers, <c>true</c>, <c>[1,2]</c>.</remarks>
internal sealed class HttpValueBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    private readonly Type _target = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;

    public override bool IsByName => true;

    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        var text = TextOf(context.HttpContext!);
        if (text is null) return new(Missing(context));
        if (_target == typeof(string)) return new(text);
        try
        {
            return new(Convert(text) ?? Missing(context));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or FormatException)
        {
            throw Misfit(context, $"'{text}'", exception);
        }
    }

    private string? TextOf(HttpContext http)
    {
        if (http.Request.RouteValues.TryGetValue(Name, out var value) && value is not null)
        {
            return System.Convert.ToString(value, CultureInfo.InvariantCulture);
        }

        if (http.Request.Query.TryGetValue(Name, out var query)) return query.ToString();
        return Name is HttpBindingData.Headers or HttpBindingData.Query ? HttpBindingData.Of(http)[Name] as string : null;
    }

    private object? Convert(string text)
    {
        if (_target == typeof(Guid)) return Guid.Parse(text);
        if (_target == typeof(DateTimeOffset)) return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (_target == typeof(DateTime)) return DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return JsonSerializer.Deserialize(text, Type, WorkerJson.Options);
    }
}
