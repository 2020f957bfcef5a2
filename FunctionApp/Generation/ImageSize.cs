using System.Globalization;

namespace Atelier.Generation;

/// <summary>Width and height in pixels, as requests write them.</summary>
internal static class ImageSize
{
    /// <summary>Reads <c>1024x1536</c>; <c>auto</c> is 1024 × 1024.</summary>
    /// <exception cref="GenerationException">It is neither (<see cref="GenerationErrorCodes.InvalidRequest"/>).</exception>
    public static (int Width, int Height) Of(string provider, string size)
    {
        if (size == "auto")
            return (1024, 1024);
        var parts = size.Split('x');
        return parts.Length == 2 && Pixels(parts[0]) is { } width && Pixels(parts[1]) is { } height
            ? (width, height)
            : throw new GenerationException(
                GenerationErrorCodes.InvalidRequest,
                $"Provider {provider} makes images of size auto or width x height as in 1024x1024, not '{size}'.",
                provider);
    }

    private static int? Pixels(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels > 0 ? pixels : null;
}
