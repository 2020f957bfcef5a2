using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Http;

/// <summary>Handles what no other function does: preflights, unknown paths, and known paths with another method.</summary>
/// <remarks>Without it the hosts' own response is an empty 404, without the headers that every response has.</remarks>
public sealed class UnknownRoute(Cors cors)
{
    /// <summary>Responds to a preflight with 204, to everything else with 404 problem details.</summary>
    [Function(nameof(UnknownRoute))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = Routes.Unknown)] HttpRequest request)
    {
        if (!Cors.IsPreflight(request))
            throw new ApiException(StatusCodes.Status404NotFound, "not_found", $"There is nothing at {request.Method} {request.Path}.");
        if (!cors.Allows(request))
            throw new ApiException(StatusCodes.Status403Forbidden, "origin_not_allowed", "Pages of this origin may not call; it is not in Cors:Origins.");
        Cors.WritePreflight(request.HttpContext.Response);
        return Results.NoContent();
    }
}
