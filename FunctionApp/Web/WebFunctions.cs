using Atelier.Access;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Atelier.Web;

/// <summary>The web UI: <c>GET /</c>, the files that it loads, and the settings that it needs before sign-in.</summary>
public sealed class WebFunctions(AccessOptions access, GeneratorCatalog generators)
{
    // The name changes with the content.
    private const string Forever = "public, max-age=31536000, immutable";

    // A new release has another file under the same name: browsers revalidate it each time, and get 304.
    private const string Revalidate = "no-cache";

    private const string Brotli = "br";

    /// <summary>The page.</summary>
    [Function("GetPage")]
    public static IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Page)] HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentSecurityPolicy = SecurityHeaders.PagePolicy;
        return Send(request, "index.html", Revalidate);
    }

    /// <summary>The page of a share, the same whatever the token: it asks the API for what it shows.</summary>
    [Function("GetSharedPage")]
    public static IResult SharedPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.SharedPage)] HttpRequest request, string token)
    {
        request.HttpContext.Response.Headers["X-Robots-Tag"] = "noindex";
        return Page(request);
    }

    /// <summary>A script or a style of the page.</summary>
    [Function("GetPageAsset")]
    public static IResult Asset([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.PageAsset)] HttpRequest request, string file) =>
        Send(request, $"assets/{file}", Forever);

    /// <summary>The page's icon.</summary>
    [Function("GetPageIcon")]
    public static IResult Icon([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.PageIcon)] HttpRequest request) =>
        Send(request, "favicon.svg", Revalidate);

    /// <summary>The access mode and the providers that can be chosen: the same for every caller, and no secret.</summary>
    [Function("GetPageSettings")]
    public IResult Settings([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.PageSettings)] HttpRequest request)
    {
        request.HttpContext.Response.Headers.CacheControl = Revalidate;
        return ApiJson.Result(new PageSettings(
            access.Mode.ToString(),
            new ProviderChoice(generators.TextProviders, generators.DefaultText),
            new ProviderChoice(generators.ImageProviders, generators.DefaultImage)));
    }

    private static FileResponse Send(HttpRequest request, string name, string caching)
    {
        var asset = WebAsset.Find(name) ?? throw ApiException.NotFound("file");
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = caching;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var bytes = asset.Bytes;
        var isWeak = false;
        if (asset.Brotli is { } compressed && Takes(request.Headers.AcceptEncoding))
        {
            headers.ContentEncoding = Brotli;
            bytes = compressed;
            // The same file in other bytes.
            isWeak = true;
        }
        return new FileResponse(Results.Bytes(bytes, asset.ContentType, entityTag: new EntityTagHeaderValue(asset.ETag, isWeak)));
    }

    private static bool Takes(StringValues encodings) =>
        StringWithQualityHeaderValue.TryParseList(encodings, out var list)
        && list.Any(encoding => encoding.Value.Equals(Brotli, StringComparison.OrdinalIgnoreCase) && encoding.Quality is null or > 0);
}

/// <summary>What the page knows of this installation.</summary>
/// <param name="AccessMode"><c>ApiKey</c>, <c>EasyAuth</c> or <c>Development</c>: what to ask a visitor for.</param>
/// <param name="Text">The providers of texts.</param>
/// <param name="Image">The providers of images.</param>
public sealed record PageSettings(string AccessMode, ProviderChoice Text, ProviderChoice Image);

/// <summary>The providers of one kind of part.</summary>
/// <param name="Names">Their names, sorted.</param>
/// <param name="Default">Who is asked where a request names none.</param>
public sealed record ProviderChoice(IReadOnlyList<string> Names, string Default);
