using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Atelier.Web;

/// <summary>A file of the web UI, as built from <c>web/</c> and embedded in the assembly, so that no request's path reaches the disk.</summary>
/// <param name="Name">Its path below <c>wwwroot</c>, such as <c>assets/index-Dk3x9a.js</c>.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Brotli">The same, compressed; <see langword="null"/> where that gains nothing.</param>
/// <param name="ETag">Its version, in quotes.</param>
internal sealed record WebAsset(string Name, string ContentType, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte>? Brotli, string ETag)
{
    private const string Prefix = "Atelier.Web.";

    // Below this size compression saves less than its header costs.
    private const int LeastToCompress = 1024;

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly Lazy<FrozenDictionary<string, WebAsset>> Assets = new(() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(Load)
            .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal));

    /// <summary>Every file there is.</summary>
    public static IEnumerable<WebAsset> All => Assets.Value.Values;

    /// <summary>A file by its name; <see langword="null"/> where there is none.</summary>
    public static WebAsset? Find(string name) => Assets.Value.GetValueOrDefault(name);

    private static WebAsset Load(string resource)
    {
        var name = resource[Prefix.Length..];
        var type = ContentTypes.GetValueOrDefault(Path.GetExtension(name))
            ?? throw new InvalidOperationException($"The web UI has a file of an unknown type: '{name}'.");
        using var stored = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var bytes = new byte[stored.Length];
        stored.ReadExactly(bytes);
        return new WebAsset(name, type, bytes, Compress(bytes), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }

    private static ReadOnlyMemory<byte>? Compress(byte[] bytes)
    {
        if (bytes.Length < LeastToCompress)
            return null;
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            brotli.Write(bytes);
        return compressed.Length < bytes.Length ? compressed.ToArray() : null;
    }
}
