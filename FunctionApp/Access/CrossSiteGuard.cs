using Atelier.Http;
using Atelier.Problems;

namespace Atelier.Access;

/// <summary>Refuses changes that a page of another site requests on behalf of its visitor (cross-site request forgery).</summary>
/// <remarks>
/// A browser adds the sign-in's cookie (EasyAuth) or nothing at all (Development) to any page's request, so that the request alone
/// proves nothing. It adds <c>Origin</c> too, which no page can change. A key is never added by itself: mode ApiKey needs no guard.
/// </remarks>
internal sealed class CrossSiteGuard(AccessOptions options, CorsOptions cors, IConfiguration configuration)
{
    private readonly string? _publicAuthority =
        Uri.TryCreate(configuration["PublicUrl"], UriKind.Absolute, out Uri? address) ? address.Authority : null;

    /// <summary>Checks a request.</summary>
    /// <exception cref="ApiException">403.</exception>
    public void Check(HttpRequest request)
    {
        if (options.Mode == AccessMode.ApiKey || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request.Host) && !cors.Allows(origin))
            throw new ApiException(StatusCodes.Status403Forbidden, "cross_site_request", "A page of another site may not do this; its origin is not in Cors:Origins.");
    }

    private bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
        && (IsAuthority(page, host.Value) || IsAuthority(page, _publicAuthority)
            // A page that a development server on this machine serves.
            || (options.Mode == AccessMode.Development && DevelopmentAddresses.IsLoopbackName(page.Host)));

    private static bool IsAuthority(Uri page, string? authority) =>
        string.Equals(page.Authority, authority, StringComparison.OrdinalIgnoreCase);
}
