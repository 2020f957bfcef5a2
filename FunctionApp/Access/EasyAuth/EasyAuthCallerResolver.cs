namespace Atelier.Access.EasyAuth;

/// <summary>Access mode <c>EasyAuth</c>: Azure App Service has signed the caller in and says who it is.</summary>
/// <remarks>
/// The platform removes the header from every incoming request and writes its own. Without the platform anyone could send it, so the
/// app does not start in this mode then.
/// </remarks>
internal sealed class EasyAuthCallerResolver : ICallerResolver
{
    private const string Header = "X-MS-CLIENT-PRINCIPAL";

    /// <inheritdoc/>
    public ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var header = request.Headers[Header];
        if (header.Count == 0)
            throw Unauthorized.Missing("The request needs a signed-in user: /.auth/login/aad signs in, or Authorization: Bearer with a token.");
        return header.Count == 1 && ClientPrincipal.Parse(header[0]!)?.ToCaller() is { } caller
            ? ValueTask.FromResult(caller)
            : throw Unauthorized.Wrong("The sign-in does not say who the caller is.");
    }
}
