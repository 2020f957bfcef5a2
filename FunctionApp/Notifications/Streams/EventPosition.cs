using System.Globalization;
using Atelier.Problems;

namespace Atelier.Notifications.Streams;

/// <summary>Where a client has come to in the log.</summary>
internal static class EventPosition
{
    /// <summary>The header that browsers send when they resume a stream.</summary>
    public const string Header = "Last-Event-ID";

    /// <summary>The parameter for clients that cannot set a header.</summary>
    public const string Parameter = "after";

    /// <summary>The header, or else the parameter; <see langword="null"/> where there is neither.</summary>
    /// <exception cref="ApiException">400: it is no event's id.</exception>
    public static long? Read(HttpRequest request)
    {
        var header = request.Headers[Header].ToString();
        return header.Length > 0 ? Parse(Header, header) : ReadParameter(request.Query);
    }

    /// <summary>The parameter; <see langword="null"/> where it is missing.</summary>
    /// <exception cref="ApiException">400: it is no event's id.</exception>
    public static long? ReadParameter(IQueryCollection query)
    {
        var text = query[Parameter].ToString();
        return text.Length > 0 ? Parse(Parameter, text) : null;
    }

    /// <summary>Where the client gave its position, for an error message.</summary>
    public static string NameIn(HttpRequest request) => request.Headers[Header].ToString().Length > 0 ? Header : Parameter;

    private static long Parse(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw ApiException.Invalid(name, "must be the id of an event, or 0.");
}
