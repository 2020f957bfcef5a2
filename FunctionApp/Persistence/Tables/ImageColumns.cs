using Atelier.Generation;

namespace Atelier.Persistence.Tables;

/// <summary>What the rows of images and of versions have in common: an image in the store, and who made it. A version of a text has no image.</summary>
public abstract class ImageColumns
{
    public string? BlobName { get; set; }

    public string? ContentType { get; set; }

    /// <summary>Length in bytes.</summary>
    public long? Bytes { get; set; }

    /// <summary>In pixels; <see langword="null"/> where the image's header does not say.</summary>
    public int? Width { get; set; }

    /// <summary>In pixels; <see langword="null"/> where the image's header does not say.</summary>
    public int? Height { get; set; }

    public required string Provider { get; set; }

    public string? Model { get; set; }

    public TokenUsage? Usage { get; set; }

    /// <summary>Takes all of it from another row.</summary>
    public void CopyFrom(ImageColumns other)
    {
        BlobName = other.BlobName;
        ContentType = other.ContentType;
        Bytes = other.Bytes;
        Width = other.Width;
        Height = other.Height;
        Provider = other.Provider;
        Model = other.Model;
        Usage = other.Usage;
    }
}
