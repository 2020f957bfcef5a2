using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EmbeddedFunctions.Http;

/// <summary>What an HTTP request brings along: all headers, the whole query, each query key, each route value.</summary>
internal static class HttpBindingData
{
    public const string Headers = "Headers";
    public const string Query = "Query";

    public static IReadOnlyDictionary<string, object?> Of(HttpContext http)
    {
        var request = http.Request;
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in request.Query) data[key] = value.ToString();
        foreach (var (key, value) in request.RouteValues) data[key] = Convert.ToString(value, CultureInfo.InvariantCulture);
        data[Headers] = ToJson(request.Headers);
        data[Query] = ToJson(request.Query);
        return data;
    }

    private static string ToJson(IEnumerable<KeyValuePair<string, StringValues>> values) =>
        JsonSerializer.Serialize(values.ToDictionary(value => value.Key, value => value.Value.ToString(), StringComparer.Ordinal));
}
