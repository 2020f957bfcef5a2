using Atelier.Generation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Generation;

/// <summary>The providers as the application registers them, over settings that a test gives.</summary>
internal sealed class Providers : IAsyncDisposable
{
    /// <summary>The key that the tests' providers are configured with.</summary>
    public const string Key = "sk-test-0123456789abcdef";

    private readonly ServiceProvider _services;

    public Providers(params (string Setting, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddGeneration(Configuration(settings));
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public GeneratorCatalog Catalog => _services.GetRequiredService<GeneratorCatalog>();

    public static IConfiguration Configuration(params (string Setting, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Setting, s.Value))).Build();

    /// <summary>The provider <c>openai</c> over a server of the test.</summary>
    public static Providers OpenAI(ProviderServer server, string timeout = "60") => new(
        ("Providers:OpenAI:Endpoint", $"{server.Address}/v1"),
        ("Providers:OpenAI:ApiKey", Key),
        ("Providers:OpenAI:TextModel", "a-text-model"),
        ("Providers:OpenAI:ImageModel", "an-image-model"),
        ("Providers:OpenAI:Timeout", timeout));

    /// <summary>The provider <c>azure-openai</c> over a server of the test.</summary>
    public static Providers AzureOpenAI(ProviderServer server) => new(
        ("Providers:AzureOpenAI:Endpoint", server.Address),
        ("Providers:AzureOpenAI:ApiKey", Key),
        ("Providers:AzureOpenAI:TextDeployment", "a-text-deployment"),
        ("Providers:AzureOpenAI:ImageDeployment", "an-image-deployment"));

    public Task<GeneratedText> WriteAsync(CancellationToken cancellationToken = default) =>
        Catalog.Text(null).GenerateAsync(TextRequest(), cancellationToken);

    public Task<GeneratedImage> PaintAsync(CancellationToken cancellationToken = default) =>
        Catalog.Image(null).GenerateAsync(ImageRequest(), cancellationToken);

    public static TextRequest TextRequest(string prompt = "Autumn in the Alps") =>
        new(new GenerationCall(Guid.CreateVersion7(), "text", 1), prompt, MaxWords: null, Tone: null, Language: null);

    public static ImageRequest ImageRequest(string prompt = "A lake at dawn", string size = "1024x1024", string quality = "low", string format = "png") =>
        new(new GenerationCall(Guid.CreateVersion7(), "image/0", 1), prompt, size, quality, format);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
