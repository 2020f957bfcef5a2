using Atelier.Images;
using FunctionApp.Tests.Generation;

namespace FunctionApp.Tests.Images;

public sealed class ImageHeaderTests
{
    [Fact]
    public void Read_Png_GivesItsSize() => Assert.Equal(new ImageHeader("image/png", 1536, 1024), ImageHeader.Read(ProviderResponses.Png(1536, 1024)));

    [Theory]
    [InlineData(0xC0)] // baseline
    [InlineData(0xC2)] // progressive
    public void Read_Jpeg_FindsTheFrameBehindOtherSegments(byte frame)
    {
        byte[] jpeg =
        [
            0xFF, 0xD8,
            0xFF, 0xE0, 0, 6, 1, 2, 3, 4, // application data
            0xFF, 0xC4, 0, 4, 9, 9, // Huffman table: in the range of frame markers, and none
            0xFF, 0xFF, // fill
            frame, 0, 11, 8, 0x04, 0x00, 0x06, 0x00, 1, 1, 0x11, 0,
        ];

        Assert.Equal(new ImageHeader("image/jpeg", 1536, 1024), ImageHeader.Read(jpeg));
    }

    [Fact]
    public void Read_LossyWebp_GivesItsSize() => Assert.Equal(
        new ImageHeader("image/webp", 640, 480),
        ImageHeader.Read(Webp("VP8 "u8, [0, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0xE0, 0x81])));

    [Fact]
    public void Read_LosslessWebp_GivesItsSize()
    {
        var bits = (640u - 1) | ((480u - 1) << 14) | (1u << 28);

        Assert.Equal(new ImageHeader("image/webp", 640, 480), ImageHeader.Read(Webp("VP8L"u8, [0x2F, .. BitConverter.GetBytes(bits), 0, 0, 0, 0, 0])));
    }

    [Fact]
    public void Read_ExtendedWebp_GivesItsSize() => Assert.Equal(
        new ImageHeader("image/webp", 70_000, 480),
        ImageHeader.Read(Webp("VP8X"u8, [0x10, 0, 0, 0, 0x6F, 0x11, 0x01, 0xDF, 0x01, 0x00])));

    [Fact]
    public void Read_BytesOfAnotherKind_GivesNone()
    {
        Assert.Null(ImageHeader.Read([]));
        Assert.Null(ImageHeader.Read("GIF89a......"u8));
        Assert.Null(ImageHeader.Read("<html>An error page</html>"u8));
        Assert.Null(ImageHeader.Read("RIFF....WAVEfmt "u8));
        Assert.Null(ImageHeader.Read([0x89, 0x50, 0x4E, 0x47]));
    }

    [Fact]
    public void Read_EveryCutOfAHeader_IsReadWithoutASizeOrNotAtAll()
    {
        byte[][] images =
        [
            ProviderResponses.Png(8, 8)[..23],
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 8, 0],
            Webp("VP8X"u8, [0x10, 0, 0, 0, 7, 0, 0, 7, 0]),
        ];

        foreach (var image in images)
        {
            for (var length = 0; length <= image.Length; length++)
            {
                var header = ImageHeader.Read(image.AsSpan(0, length));
                Assert.True(header is null or { Width: null, Height: null });
            }
        }
    }

    [Fact]
    public void Read_ZeroSize_GivesNoSize() => Assert.Equal(new ImageHeader("image/png", null, null), ImageHeader.Read(ProviderResponses.Png(0, 8)));

    private static byte[] Webp(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> data) =>
        [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunk, 0, 0, 0, 0, .. data];
}
