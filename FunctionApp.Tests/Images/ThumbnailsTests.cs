using Atelier.Images;
using Atelier.Problems;
using FunctionApp.Tests.Generation;
using SkiaSharp;

namespace FunctionApp.Tests.Images;

public sealed class ThumbnailsTests
{
    [Fact]
    public void Resize_KeepsTheProportions()
    {
        var header = ImageHeader.Read(Thumbnails.Resize(Picture(1536, 1024, SKColors.Red), 320, isWebp: true))!;

        Assert.Equal(("image/webp", 320, 213), (header.ContentType, header.Width, header.Height));
    }

    [Fact]
    public void Resize_ASmallerImage_DoesNotEnlargeIt()
    {
        var header = ImageHeader.Read(Thumbnails.Resize(Picture(100, 40, SKColors.Red), 320, isWebp: false))!;

        Assert.Equal(("image/jpeg", 100, 40), (header.ContentType, header.Width, header.Height));
    }

    [Fact]
    public void Resize_TransparentImageAsJpeg_HasAWhiteGround()
    {
        using var resized = SKBitmap.Decode(Thumbnails.Resize(Picture(400, 400, SKColors.Transparent), 160, isWebp: false));

        Assert.Equal(SKColors.White, resized.GetPixel(80, 80));
    }

    // What only claims to be large is refused before anything is decoded.
    [Theory]
    [InlineData(30_000, 30_000)]
    [InlineData(40_001, 1_000)]
    public void Resize_AnImageOfTooManyPixels_IsRefusedByItsHeader(int width, int height) => AssertRefused(ProviderResponses.Png(width, height));

    [Fact]
    public void Resize_ADamagedImage_IsRefused() => AssertRefused(Picture(1536, 1024, SKColors.Red).ToArray()[..200]);

    [Fact]
    public void Resize_NoImage_IsRefused() => AssertRefused([1, 2, 3]);

    private static void AssertRefused(byte[] bytes)
    {
        var exception = Assert.Throws<ApiException>(() => Thumbnails.Resize(new BinaryData(bytes), 160, isWebp: true));

        Assert.Equal((422, "image_not_resizable"), (exception.Status, exception.Code));
    }

    private static BinaryData Picture(int width, int height, SKColor color)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(color);
        return new BinaryData(bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray());
    }
}
