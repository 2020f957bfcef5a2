using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Net.Http.Headers;

namespace Atelier.Campaigns.Http;

/// <summary>A zip file of a campaign, written while it is sent: what it takes of memory does not depend on its size.</summary>
/// <param name="campaign">The campaign, with its images and attempts.</param>
/// <param name="images">Its images, opened.</param>
/// <param name="missing">The names of the images that the store has lost.</param>
/// <param name="logger">Gets what cuts the file off.</param>
internal sealed partial class CampaignArchive(
    Campaign campaign, IReadOnlyList<ArchivedImage> images, IReadOnlyList<string> missing, ILogger logger) : IResult
{
    private const int MaxNameWords = 6;
    private const int MaxNameLength = 60;
    private const int IdLength = 8;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var disposition = new ContentDispositionHeaderValue("attachment");
        // RFC 6266: in ASCII for old clients, and exactly in the encoding of RFC 5987.
        disposition.SetHttpFileName(FileNameOf(campaign));
        response.ContentType = "application/zip";
        response.Headers.ContentDisposition = disposition.ToString();
        try
        {
            if (!HttpMethods.IsHead(httpContext.Request.Method))
                await WriteAsync(response.Body, httpContext.RequestAborted);
        }
        catch (Exception exception)
        {
            if (!httpContext.RequestAborted.IsCancellationRequested)
                logger.LogWarning(exception, "The archive of campaign {CampaignId} is cut off.", campaign.Id);
            httpContext.Abort();
        }
        finally
        {
            foreach (var image in images)
                await image.Content.DisposeAsync();
        }
    }

    /// <summary>The first words of the prompt, as far as every file system takes them, and the end of the id.</summary>
    internal static string FileNameOf(Campaign campaign)
    {
        var words = string.Join('-', Word().Matches(campaign.Prompt).Take(MaxNameWords).Select(match => match.Value));
        var start = words.Length == 0 ? "campaign" : words[..Math.Min(words.Length, MaxNameLength)].TrimEnd('-');
        return $"{start}-{campaign.Id.ToString("N")[^IdLength..]}.zip";
    }

    private async Task WriteAsync(Stream response, CancellationToken cancellationToken)
    {
        await using var body = new DeferredWriteStream(response);
        // Not disposed of where it fails: the end that this writes would make a part look like the whole.
        var archive = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken);
        var description = JsonSerializer.SerializeToUtf8Bytes(new ArchivedCampaignView(CampaignViews.From(campaign), missing), ApiJson.Options);
        await AddAsync(archive, "campaign.json", new MemoryStream(description), cancellationToken);
        if (campaign is { TextStatus: PartStatus.Complete, Text: { } text })
            await AddAsync(archive, "text.txt", new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken);
        foreach (var image in images)
            await AddAsync(archive, image.Name, image.Content, cancellationToken);
        await archive.DisposeAsync();
        await body.FlushAsync(cancellationToken);
    }

    private async Task AddAsync(ZipArchive archive, string name, Stream content, CancellationToken cancellationToken)
    {
        // Images are compressed already, and the rest is short.
        var entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = campaign.UpdatedAt;
        await using var target = await entry.OpenAsync(cancellationToken);
        await content.CopyToAsync(target, cancellationToken);
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

/// <summary>An image on its way into an archive.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Content">Its bytes, which are read when it is its turn.</param>
internal sealed record ArchivedImage(string Name, Stream Content);

/// <summary>The file <c>campaign.json</c> of an archive.</summary>
public sealed record ArchivedCampaignView : CampaignView
{
    /// <summary>Adds what the archive lacks.</summary>
    public ArchivedCampaignView(CampaignView campaign, IReadOnlyList<string> missingFiles)
        : base(campaign) => MissingFiles = missingFiles;

    /// <summary>The images that are complete but no longer stored.</summary>
    public IReadOnlyList<string> MissingFiles { get; }
}
