using Atelier.Generation;
using Atelier.Persistence.Tables;

namespace Atelier.Persistence;

/// <summary>What an attempt has made, as it is written into the rows.</summary>
/// <param name="Provider">Name of the provider that made it.</param>
/// <param name="Model">The provider's model.</param>
/// <param name="Usage">What it cost; <see langword="null"/> where the provider does not say.</param>
public abstract record PartResult(string Provider, string? Model, TokenUsage? Usage)
{
    /// <summary>Writes it into the campaign's rows.</summary>
    internal abstract void WriteTo(Campaign campaign, CampaignImage? image);

    /// <summary>Writes it into the row of a version.</summary>
    internal abstract void WriteTo(PartVersion version);
}

/// <summary>A text.</summary>
public sealed record TextResult(string Content, string Provider, string? Model, TokenUsage? Usage) : PartResult(Provider, Model, Usage)
{
    /// <inheritdoc/>
    internal override void WriteTo(Campaign campaign, CampaignImage? image)
    {
        campaign.Text = Content;
        campaign.TextProvider = Provider;
        campaign.TextModel = Model;
        campaign.TextUsage = Usage;
    }

    /// <inheritdoc/>
    internal override void WriteTo(PartVersion version)
    {
        version.Text = Content;
        version.Provider = Provider;
        version.Model = Model;
        version.Usage = Usage;
    }
}

/// <summary>An image in the image store.</summary>
/// <param name="Index">From 0.</param>
/// <param name="BlobName">Its name in the store.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Width">In pixels, where its header says so.</param>
/// <param name="Height">In pixels, where its header says so.</param>
/// <param name="Provider">Name of the provider that made it.</param>
/// <param name="Model">The provider's model.</param>
/// <param name="Usage">What it cost; <see langword="null"/> where the provider does not say.</param>
public sealed record ImageResult(
    int Index, string BlobName, string ContentType, long Bytes, int? Width, int? Height, string Provider, string? Model, TokenUsage? Usage)
    : PartResult(Provider, Model, Usage)
{
    /// <inheritdoc/>
    internal override void WriteTo(Campaign campaign, CampaignImage? image)
    {
        if (image is not null)
            WriteTo((ImageColumns)image);
    }

    /// <inheritdoc/>
    internal override void WriteTo(PartVersion version) => WriteTo((ImageColumns)version);

    private void WriteTo(ImageColumns row)
    {
        row.BlobName = BlobName;
        row.ContentType = ContentType;
        row.Bytes = Bytes;
        row.Width = Width;
        row.Height = Height;
        row.Provider = Provider;
        row.Model = Model;
        row.Usage = Usage;
    }
}

/// <summary>The data of the event that says that a part is complete.</summary>
internal sealed record PartCompleted(string Status, string Part, int Attempt)
{
    /// <summary>By an attempt.</summary>
    public static PartCompleted By(GenerationCall call) => new(PartStatus.Complete.ToText(), call.Part, call.Attempt);
}
