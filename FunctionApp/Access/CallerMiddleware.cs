using Atelier.Access.Limits;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Atelier.Access;

/// <summary>Runs before every HTTP function: identifies the caller, checks whether it may call this route, and counts the request.</summary>
/// <remarks>What a route requires is in <see cref="Routes.All"/>. The function gets the caller from <see cref="Caller.Of"/>.</remarks>
internal sealed class CallerMiddleware(AccessOptions options, CrossSiteGuard guard, RequestRate rate) : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http)
        {
            // A function that is not in the table throws here, so that no call reaches it.
            var access = Routes.Of(context.FunctionDefinition.Name).Access;
            if (access != RouteAccess.Anyone && !(access == RouteAccess.Metrics && options.IsScrape(http.Request)))
            {
                var callers = context.InstanceServices.GetRequiredService<ICallerResolver>();
                http.Features.Set(await AdmitAsync(http, callers, access, context.CancellationToken));
            }
        }
        await next(context);
    }

    private async Task<Caller> AdmitAsync(HttpContext http, ICallerResolver callers, RouteAccess access, CancellationToken cancellationToken)
    {
        guard.Check(http.Request);
        var caller = await callers.ResolveAsync(http.Request, cancellationToken);
        if (!options.Admits(caller))
            throw new ApiException(StatusCodes.Status403Forbidden, "not_admitted", "Only callers with an e-mail address in an allowed domain are admitted.");
        if (!caller.IsOperator && options.NamesOperator(caller))
            caller = caller with { IsOperator = true };
        await rate.CountAsync(caller, http, cancellationToken);
        var isForOperators = access == RouteAccess.Operator || (access == RouteAccess.Metrics && options.Mode != AccessMode.Development);
        if (isForOperators && !caller.IsOperator)
            throw new ApiException(StatusCodes.Status403Forbidden, "operators_only", "This is for operators only.");
        return caller;
    }
}
