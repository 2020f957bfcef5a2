using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Atelier.OpenApi;

/// <summary>A file of the documentation's page, out of an assembly: nothing is fetched from elsewhere, at build or in the browser.</summary>
/// <param name="Assembly">Which assembly has it.</param>
/// <param name="Resource">Its name there.</param>
/// <param name="ContentType">What it is served as.</param>
internal sealed record DocsAsset(Assembly Assembly, string Resource, string ContentType)
{
    private const string Bundle = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";
    private const string Own = "Atelier.OpenApi.";
    private const string Script = "text/javascript; charset=utf-8";

    // RFC 1952.
    private static ReadOnlySpan<byte> GzipMagic => [0x1F, 0x8B];

    private static readonly Assembly Swagger = typeof(SwaggerUIOptions).Assembly;
    private static readonly Assembly App = typeof(DocsAsset).Assembly;

    private static readonly FrozenDictionary<string, DocsAsset> Assets = new Dictionary<string, DocsAsset>(StringComparer.Ordinal)
    {
        ["swagger-ui.css"] = new(Swagger, $"{Bundle}swagger-ui.css", "text/css; charset=utf-8"),
        ["swagger-ui-bundle.js"] = new(Swagger, $"{Bundle}swagger-ui-bundle.js", Script),
        ["favicon.png"] = new(Swagger, $"{Bundle}favicon-32x32.png", "image/png"),
        ["docs.js"] = new(App, $"{Own}docs.js", Script),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Lazy<(byte[] Bytes, string ETag)> _content = new(() =>
    {
        var bytes = Read(Assembly, Resource);
        return (bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    });

    /// <summary>The page itself.</summary>
    public static DocsAsset Page { get; } = new(App, $"{Own}docs.html", "text/html; charset=utf-8");

    /// <summary>Its version, in quotes.</summary>
    public string ETag => _content.Value.ETag;

    /// <summary>A file by its name; <see langword="null"/> where there is none.</summary>
    public static DocsAsset? Find(string name) => Assets.GetValueOrDefault(name);

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _content.Value.Bytes;

    // The package keeps its files compressed; the app's own are as they are.
    private static byte[] Read(Assembly assembly, string resource)
    {
        using var stored = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"Resource '{resource}' is missing.");
        using var bytes = new MemoryStream();
        stored.CopyTo(bytes);
        if (!bytes.GetBuffer().AsSpan(0, (int)bytes.Length).StartsWith(GzipMagic))
            return bytes.ToArray();

        bytes.Position = 0;
        using var unpacking = new GZipStream(bytes, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        unpacking.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
