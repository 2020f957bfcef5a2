using SkiaSharp;

namespace FunctionApp.Tests.Simulator;

/// <summary>A picture, decoded from a file of the expected format to its last byte.</summary>
internal sealed record Picture(int Width, int Height, SKColor[] Pixels)
{
    public static Picture ReadPng(byte[] file) => Read(file, SKEncodedImageFormat.Png);

    public static Picture ReadJpeg(byte[] file) => Read(file, SKEncodedImageFormat.Jpeg);

    /// <summary>How many different colours there are, up to a limit.</summary>
    public int Colours(int limit = 1000) => Pixels.Distinct().Take(limit).Count();

    /// <summary>The brightness of each pixel, 0 to 255.</summary>
    public double[] Luminance() => [.. Pixels.Select(p => (0.299 * p.Red) + (0.587 * p.Green) + (0.114 * p.Blue))];

    private static Picture Read(byte[] file, SKEncodedImageFormat format)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        Assert.NotNull(codec);
        Assert.Equal(format, codec.EncodedFormat);
        using var bitmap = new SKBitmap(codec.Info);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(bitmap.Info, bitmap.GetPixels()));
        return new Picture(bitmap.Width, bitmap.Height, bitmap.Pixels);
    }
}
