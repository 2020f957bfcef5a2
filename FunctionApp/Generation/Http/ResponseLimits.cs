using Atelier.Configuration;

namespace Atelier.Generation.Http;

/// <summary>How long providers' responses with images may be.</summary>
/// <param name="Image">The largest image, in bytes.</param>
internal sealed record ResponseLimits(long Image)
{
    private const string Setting = "Providers:MaxImageMegabytes";
    private const int Mebibyte = 1 << 20;

    /// <summary>The longest JSON with an image in base64, in bytes: four characters stand for three bytes.</summary>
    public long EncodedImage => (Image * 4 / 3) + BoundedResponses.TextLimit;

    /// <summary>Reads <c>Providers:MaxImageMegabytes</c>, 1 to 200 MiB. Default: 40.</summary>
    /// <exception cref="SettingException">It is malformed or out of bounds.</exception>
    public static ResponseLimits Read(IConfiguration configuration) =>
        new((long)configuration.ReadInt32(Setting, defaultValue: 40, min: 1, max: 200) * Mebibyte);
}
