using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace EmbeddedFunctions.Http;

/// <summary>The methods that an HTTP function takes; none for all.</summary>
internal sealed record FunctionMethods(IReadOnlyList<string> Methods);

/// <summary>
/// Chooses among the functions whose route matches: as on the official host one that does not take the request's method is not there at
/// all, so that a less specific route can answer, and 404 where there is none. Never 405.
/// </summary>
internal sealed class FunctionMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    // After all others: constraints and the like have been looked at.
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<FunctionMethods>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var method = httpContext.Request.Method;
        var found = false;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i)) continue;

            // Candidates come in order of precedence; of two that are equal the first one is taken.
            var methods = candidates[i].Endpoint.Metadata.GetMetadata<FunctionMethods>()?.Methods;
            var takes = methods is null or { Count: 0 } || methods.Contains(method, StringComparer.OrdinalIgnoreCase);
            candidates.SetValidity(i, takes && !found);
            found |= takes;
        }

        return Task.CompletedTask;
    }
}
