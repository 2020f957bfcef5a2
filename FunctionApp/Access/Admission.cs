using Atelier.Access.Limits;
using Atelier.Problems;

namespace Atelier.Access;

/// <summary>Lets a request in: finds its caller in the configured way, sees whether it may come in, and counts the request.</summary>
/// <remarks>A function that asks for its caller is thereby guarded and limited; one that does not is open to everyone.</remarks>
internal sealed class Admission(ICallerResolver mode, AccessOptions options, CrossSiteGuard guard, RequestRate rate) : ICallerResolver
{
    /// <inheritdoc/>
    public async ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        guard.Check(request);
        Caller caller = await mode.ResolveAsync(request, cancellationToken);
        if (!options.Admits(caller))
            throw new ApiException(StatusCodes.Status403Forbidden, "not_admitted", "Only callers with an e-mail address of certain domains may come in here.");
        if (!caller.IsOperator && options.NamesOperator(caller))
            caller = caller with { IsOperator = true };
        await rate.CountAsync(caller, request.HttpContext, cancellationToken);
        return caller;
    }
}
