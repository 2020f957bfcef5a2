using Atelier.Generation;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>An image of a campaign in the image store.</summary>
/// <param name="Name">Its name in the store, derived from campaign and index, so that a repetition overwrites it.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Width">In pixels, where its header says so.</param>
/// <param name="Height">In pixels, where its header says so.</param>
public sealed record KeptImage(string Name, string ContentType, long Bytes, int? Width, int? Height)
{
    /// <summary>Writes it into the image's row.</summary>
    public void WriteTo(CampaignImage row, string provider, string model, TokenUsage? usage)
    {
        row.BlobName = Name;
        row.ContentType = ContentType;
        row.Bytes = Bytes;
        row.Width = Width;
        row.Height = Height;
        row.Provider = provider;
        row.Model = model;
        row.Usage = usage;
    }
}
