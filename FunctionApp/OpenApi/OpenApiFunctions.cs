using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Atelier.OpenApi;

/// <summary><c>GET /api/openapi.json</c>, and <c>GET /api/docs</c>, which shows it as a page.</summary>
public static class OpenApiFunctions
{
    // A new release may bring another one: browsers ask each time, and get 304.
    private const string Revalidate = "public, no-cache";

    /// <summary>The OpenAPI document.</summary>
    [Function("GetOpenApiDocument")]
    public static IResult Document([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.OpenApiDocument)] HttpRequest request)
    {
        request.HttpContext.Response.Headers.CacheControl = Revalidate;
        return new FileResponse(Results.Bytes(ApiDocument.Json, "application/json", entityTag: new EntityTagHeaderValue(ApiDocument.ETag)));
    }

    /// <summary>The page.</summary>
    [Function("GetDocs")]
    public static IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Docs)] HttpRequest request) =>
        Send(request, DocsAsset.Page);

    /// <summary>A script or a style of the page.</summary>
    [Function("GetDocsAsset")]
    public static IResult Asset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.DocsAsset)] HttpRequest request, string asset) =>
        Send(request, DocsAsset.Find(asset) ?? throw ApiException.NotFound("file"));

    private static FileResponse Send(HttpRequest request, DocsAsset asset)
    {
        request.HttpContext.Response.Headers.CacheControl = Revalidate;
        return new FileResponse(Results.Bytes(asset.Bytes, asset.ContentType, entityTag: new EntityTagHeaderValue(asset.ETag)));
    }
}
