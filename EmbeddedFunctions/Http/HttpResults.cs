using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Http;

/// <summary>Writes what HTTP functions return.</summary>
internal static class HttpResults
{
    /// <summary>Whether a result of the type reaches the caller, or there is nothing to reach them.</summary>
    public static bool IsWritten(Type? resultType) => resultType is null
        || resultType == typeof(object)
        || typeof(IActionResult).IsAssignableFrom(resultType)
        || typeof(IResult).IsAssignableFrom(resultType)
        || typeof(HttpResponseData).IsAssignableFrom(resultType);

    /// <summary>Writes a result; <see langword="false"/> where it is of a kind that is not written.</summary>
    public static async Task<bool> WriteAsync(HttpContext http, object? result)
    {
        switch (result)
        {
            case IResult typed:
                await typed.ExecuteAsync(http);
                return true;
            case IActionResult action:
                await action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                return true;
            case HttpResponseData:
                // It wrote to the response itself.
                return true;
            default:
                return result is null;
        }
    }
}
