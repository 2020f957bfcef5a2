using System.Collections.Frozen;
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

    private static readonly Assembly Swagger = typeof(SwaggerUIOptions).Assembly;
    private static readonly Assembly App = typeof(DocsAsset).Assembly;

    private static readonly FrozenDictionary<string, DocsAsset> Assets = new Dictionary<string, DocsAsset>(StringComparer.Ordinal)
    {
        ["swagger-ui.css"] = new(Swagger, $"{Bundle}swagger-ui.css", "text/css; charset=utf-8"),
        ["swagger-ui-bundle.js"] = new(Swagger, $"{Bundle}swagger-ui-bundle.js", Script),
        ["favicon.png"] = new(Swagger, $"{Bundle}favicon-32x32.png", "image/png"),
        ["docs.js"] = new(App, $"{Own}docs.js", Script),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Lazy<string> _tag = new(() =>
    {
        using Stream content = Assembly.GetManifestResourceStream(Resource)!;
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";
    });

    /// <summary>The page itself.</summary>
    public static DocsAsset Page { get; } = new(App, $"{Own}docs.html", "text/html; charset=utf-8");

    /// <summary>Its version, in quotes.</summary>
    public string ETag => _tag.Value;

    /// <summary>A file by its name; <see langword="null"/> where there is none.</summary>
    public static DocsAsset? Find(string name) => Assets.GetValueOrDefault(name);

    /// <summary>Its bytes; whoever asks disposes of them.</summary>
    public Stream Open() => Assembly.GetManifestResourceStream(Resource)
        ?? throw new InvalidOperationException($"Resource '{Resource}' is missing.");
}
