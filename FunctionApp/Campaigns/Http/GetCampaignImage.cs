using System.Globalization;
using Atelier.Access;
using Atelier.Campaigns.Control;
using Atelier.Campaigns.Workflow;
using Atelier.Http;
using Atelier.Images;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Atelier.Campaigns.Http;

/// <summary><c>GET /api/campaigns/{id}/images/{index}</c>: the bytes of an image.</summary>
public sealed class GetCampaignImage(CampaignQueries queries, IImageStore store, Thumbnails thumbnails, LostImages lostImages)
{
    // A version of an image never changes: a browser need not revalidate it for a year. The current version may be another one tomorrow.
    private const string Forever = "private, max-age=31536000, immutable";
    private const string Revalidate = "private, no-cache";

    /// <summary>Streams an image or a smaller copy of it: whole, a range of it, or 304 where the caller has it already.</summary>
    [Function(nameof(GetCampaignImage))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.CampaignImage)] HttpRequest request,
        string id,
        string index,
        CancellationToken cancellationToken) =>
        SendAsync(request, Caller.Of(request), PathId.Parse(id, "campaign"), index, ReadVersion(request), cancellationToken);

    /// <summary>Streams an image of a caller's campaign as the request asks for it.</summary>
    /// <param name="request">The request: its width, range and conditions.</param>
    /// <param name="caller">Whose campaign it is.</param>
    /// <param name="id">The campaign.</param>
    /// <param name="index">The image's index, as it is in the path.</param>
    /// <param name="version">The version, which caches may keep; <see langword="null"/> for the current one, which they must revalidate.</param>
    /// <param name="cancellationToken">The client has left.</param>
    /// <exception cref="ApiException">400: there is no such width. 404: there is no such image, or it is lost. 422: no copy can be made.</exception>
    internal async Task<IResult> SendAsync(
        HttpRequest request, Caller caller, Guid id, string index, int? version, CancellationToken cancellationToken)
    {
        var width = ReadWidth(request);
        var content = await OpenAsync(caller, id, index, version, width, AcceptsWebp(request), cancellationToken) ?? throw ApiException.NotFound("image");

        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = version is null ? Revalidate : Forever;
        if (width is not null)
            headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        // A range in another unit is ignored (RFC 9110, section 14.2); the framework does not check the unit.
        var range = request.Headers.Range.ToString();
        var isOfBytes = range.Length == 0 || range.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase);
        return new FileResponse(Results.Stream(
            content.Content, content.ContentType, lastModified: content.LastModified, entityTag: TagOf(content), enableRangeProcessing: isOfBytes));
    }

    private static EntityTagHeaderValue TagOf(ImageContent content) =>
        EntityTagHeaderValue.TryParse(content.ETag, out var tag) ? tag : new EntityTagHeaderValue($"\"{content.ETag}\"");

    private static int? ReadWidth(HttpRequest request)
    {
        var text = request.Query["width"].ToString();
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && Thumbnails.Widths.Contains(width)
            ? width
            : throw ApiException.Invalid("width", $"must be one of {string.Join(", ", Thumbnails.Widths)}.");
    }

    private static int? ReadVersion(HttpRequest request)
    {
        var text = request.Query["version"].ToString();
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version >= 1
            ? version
            : throw ApiException.Invalid("version", "must be a whole number from 1.");
    }

    // Every browser names WebP; a client that accepts anything gets what every client can read.
    private static bool AcceptsWebp(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("image/webp", StringComparison.OrdinalIgnoreCase) && type.Quality != 0);

    private async Task<ImageContent?> OpenAsync(
        Caller caller, Guid id, string index, int? version, int? width, bool isWebp, CancellationToken cancellationToken)
    {
        if (!int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || await FindNameAsync(caller, id, number, version, cancellationToken) is not { } name)
        {
            return null;
        }
        var content = width is { } pixels
            ? await thumbnails.OpenAsync(name, pixels, isWebp, cancellationToken) ?? await MakeAsync(caller, id, number, name, pixels, isWebp, cancellationToken)
            : await store.OpenAsync(name, cancellationToken);
        if (content is null && await lostImages.MarkAsync(id, number, cancellationToken))
            throw new ApiException(StatusCodes.Status404NotFound, LostImages.Code, "The image is no longer stored; a retry of the campaign makes it again.");
        return content;
    }

    private async Task<string?> FindNameAsync(Caller caller, Guid id, int index, int? version, CancellationToken cancellationToken)
    {
        var image = await queries.FindImageAsync(caller, id, index, cancellationToken);
        if (image is null || version is null || version == image.Version)
            return image is { Status: PartStatus.Complete } ? image.BlobName : null;
        return await queries.FindVersionAsync(caller, id, Parts.Image(index), version.Value, cancellationToken) is { Status: PartStatus.Complete } other
            ? other.BlobName
            : null;
    }

    private async Task<ImageContent?> MakeAsync(
        Caller caller, Guid id, int index, string name, int width, bool isWebp, CancellationToken cancellationToken)
    {
        var content = await thumbnails.MakeAsync(name, width, isWebp, cancellationToken);
        if (content is null || await queries.FindImageAsync(caller, id, index, cancellationToken) is not null)
            return content;
        // The campaign was deleted meanwhile, and its images perhaps before this copy was stored.
        await content.Content.DisposeAsync();
        await store.DeleteAllAsync(Thumbnails.PrefixOf(name), cancellationToken);
        return null;
    }
}
