using Atelier.Problems;
using SkiaSharp;

namespace Atelier.Images;

/// <summary>Smaller copies of stored images: each is made when it is first asked for, and stored beside its original.</summary>
/// <remarks>An image is decoded whole, four bytes a pixel. So few are at once, and none that is larger than <see cref="MaxPixels"/>.</remarks>
public sealed class Thumbnails(IImageStore store) : IDisposable
{
    /// <summary>The most pixels that an original may have.</summary>
    internal const long MaxPixels = 40_000_000;

    private const int Quality = 80;
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The widths that there are, in pixels.</summary>
    public static IReadOnlyList<int> Widths { get; } = [160, 320, 640, 1280];

    /// <summary>How the names of an image's copies begin.</summary>
    /// <param name="image">The name of the image in the store.</param>
    public static string PrefixOf(string image) => Path.ChangeExtension(image, null) + "/";

    /// <summary>Opens a copy; <see langword="null"/> if it has not been made.</summary>
    /// <param name="image">The name of the image in the store.</param>
    /// <param name="width">One of <see cref="Widths"/>.</param>
    /// <param name="isWebp">WebP; otherwise JPEG.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    public Task<ImageContent?> OpenAsync(string image, int width, bool isWebp, CancellationToken cancellationToken) =>
        store.OpenAsync(NameOf(image, width, isWebp), cancellationToken);

    /// <summary>Makes a copy and opens it; <see langword="null"/> if there is no such image. A smaller image keeps its size.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    /// <exception cref="ApiException">422 <c>image_not_resizable</c>: the image is too large, or damaged.</exception>
    public async Task<ImageContent?> MakeAsync(string image, int width, bool isWebp, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            // Another request may have made it meanwhile.
            if (await OpenAsync(image, width, isWebp, cancellationToken) is { } made)
                return made;
            if (await store.OpenAsync(image, cancellationToken) is not { } original)
                return null;
            byte[] resized;
            await using (original.Content)
                resized = Resize(await BinaryData.FromStreamAsync(original.Content, cancellationToken), width, isWebp);
            await store.SaveAsync(NameOf(image, width, isWebp), resized, isWebp ? "image/webp" : "image/jpeg", cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
        return await OpenAsync(image, width, isWebp, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    internal static byte[] Resize(BinaryData encoded, int width, bool isWebp)
    {
        using var codec = SKCodec.Create(encoded.ToStream());
        if (codec is null || (long)codec.Info.Width * codec.Info.Height is 0 or > MaxPixels)
            throw NotResizable();
        var scale = Math.Min(1, width / (float)codec.Info.Width);
        // A JPEG is decoded in eighths of its size, the nearest one: asked for more, it is not made smaller than the copy.
        var decoded = codec.GetScaledDimensions(Math.Min(1, scale * 1.2f));
        using var bitmap = new SKBitmap(new SKImageInfo(decoded.Width, decoded.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) is not SKCodecResult.Success)
            throw NotResizable();

        var info = new SKImageInfo(
            Math.Min(width, codec.Info.Width), Math.Max(1, (int)MathF.Round(codec.Info.Height * scale)), SKColorType.Rgba8888, SKAlphaType.Premul);
        using var surface = SKSurface.Create(info);
        // JPEG has no transparency.
        surface.Canvas.Clear(isWebp ? SKColors.Transparent : SKColors.White);
        using var source = SKImage.FromBitmap(bitmap);
        surface.Canvas.DrawImage(source, SKRect.Create(info.Width, info.Height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var image = surface.Snapshot();
        using var data = image.Encode(isWebp ? SKEncodedImageFormat.Webp : SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static string NameOf(string image, int width, bool isWebp) => $"{PrefixOf(image)}{width}.{(isWebp ? "webp" : "jpg")}";

    private static ApiException NotResizable() => new(
        StatusCodes.Status422UnprocessableEntity, "image_not_resizable", "No smaller copy of the image can be made. Without width it is sent as it is.");
}
