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
    private readonly Uri? _public = Uri.TryCreate(configuration["PublicUrl"], UriKind.Absolute, out var address) ? address : null;

    /// <summary>Checks a request.</summary>
    /// <exception cref="ApiException">403.</exception>
    public void Check(HttpRequest request)
    {
        if (options.Mode == AccessMode.ApiKey || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request.Host) && !cors.Allows(origin))
            throw new ApiException(StatusCodes.Status403Forbidden, "cross_site_request", "A page of another site may not do this; its origin is not in Cors:Origins.");
    }

    private bool IsOwn(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || (page.Scheme != Uri.UriSchemeHttps && page.Scheme != Uri.UriSchemeHttp))
            return false;
        if (_public is not null && page.Scheme == _public.Scheme && page.Authority.Equals(_public.Authority, StringComparison.OrdinalIgnoreCase))
            return true;
        if (options.Mode == AccessMode.Development)
            return IsHost(page, host) || DevelopmentAddresses.IsLoopbackName(page.Host);
        // The platform takes the connection apart, so that the request itself is plain HTTP. A page without TLS is not the app's: anyone on
        // the way to its visitor may have written it.
        return page.Scheme == Uri.UriSchemeHttps && IsHost(page, host);
    }

    // A proxy may name the port that the scheme has anyway.
    private static bool IsHost(Uri page, HostString host) =>
        Uri.TryCreate($"{page.Scheme}://{host.Value}", UriKind.Absolute, out var own)
        && page.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase);
}
