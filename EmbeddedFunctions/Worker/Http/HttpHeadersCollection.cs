using System.Net.Http.Headers;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Headers of a request or response. Values are kept as they are given.</summary>
public class HttpHeadersCollection : HttpHeaders
{
    /// <summary>Makes an empty collection.</summary>
    public HttpHeadersCollection()
    {
    }

    /// <summary>Makes a collection of headers with any number of values.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach (var (name, values) in headers) TryAddWithoutValidation(name, values);
    }

    /// <summary>Makes a collection of headers with one value each.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach (var (name, value) in headers) TryAddWithoutValidation(name, value);
    }
}
