using Atelier.Campaigns.Workflow;
using Atelier.Configuration;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Generation.AzureOpenAI;
using Atelier.Generation.OpenAI;
using Atelier.Generation.Replicate;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Generation;

public sealed class GenerationServicesTests
{
    private const string Key = Providers.Key;

    [Theory]
    [InlineData("Providers:OpenAI:Endpoint", "localhost:1234/v1")]
    [InlineData("Providers:OpenAI:Endpoint", "ftp://example.org/v1")]
    [InlineData("Providers:OpenAI:Endpoint", "https://user:secret@example.org/v1")]
    [InlineData("Providers:OpenAI:Timeout", "soon")]
    [InlineData("Providers:OpenAI:Timeout", "0")]
    [InlineData("Providers:OpenAI:Timeout", "-00:00:01")]
    [InlineData("Providers:OpenAI:Timeout", "00:10:01")]
    [InlineData("Providers:OpenAI:Timeout", "601")]
    [InlineData("Providers:AzureOpenAI:ApiKey", Key, "Providers:AzureOpenAI:Endpoint")]
    [InlineData("Providers:AzureOpenAI:Endpoint", "https://example.org", "Providers:AzureOpenAI:TextDeployment")]
    [InlineData("Providers:AzureOpenAI:Endpoint", "http://example.org", "Providers:AzureOpenAI:Endpoint")]
    [InlineData("Providers:MaxConcurrentCalls", "0")]
    [InlineData("Providers:MaxConcurrentCalls", "many")]
    [InlineData("Providers:Text", "azure-openai")]
    [InlineData("Providers:Image", "a-provider-of-the-future")]
    public void AddGeneration_BadSetting_NamesIt(string setting, string value, string? named = null)
    {
        var configuration = Providers.Configuration(("Providers:OpenAI:ApiKey", Key), (setting, value));

        var failure = Assert.Throws<SettingException>(() => new ServiceCollection().AddGeneration(configuration));

        Assert.Equal(named ?? setting, failure.Setting);
        Assert.StartsWith($"Setting '{named ?? setting}' ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void AddGeneration_NothingConfigured_SaysWhatToSet()
    {
        var failure = Assert.Throws<SettingException>(() => new ServiceCollection().AddGeneration(Providers.Configuration()));

        Assert.Equal("Providers:Text", failure.Setting);
        Assert.Contains("Providers:OpenAI:ApiKey", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddGeneration_EveryProvider_HasItsAddressOnce()
    {
        var services = new ServiceCollection();
        services.AddGeneration(Providers.Configuration(
            ("PublicUrl", "https://atelier.example.org"),
            ("Providers:Text", "gemini"),
            ("Providers:Image", "replicate"),
            ("Providers:Gemini:ApiKey", Key),
            ("Providers:StableDiffusion:Endpoint", "http://localhost:7860"),
            ("Providers:Replicate:ApiToken", Key),
            ("Providers:Callback:Endpoint", "https://images.example.org"),
            ("Providers:Callback:Secret", "a secret of at least 16")));

        var addresses = (IReadOnlyList<ProviderAddress>)services
            .Single(service => service.ServiceType == typeof(IReadOnlyList<ProviderAddress>)).ImplementationInstance!;

        Assert.Equal(["callback", "gemini", "replicate", "stable-diffusion"], addresses.Select(address => address.Name).Order());
    }

    [Fact]
    public void AddGeneration_DefaultWithoutADeploymentOfItsKind_NamesTheKind()
    {
        var configuration = Providers.Configuration(
            ("Providers:Text", "azure-openai"),
            ("Providers:Image", "azure-openai"),
            ("Providers:OpenAI:ApiKey", Key),
            ("Providers:AzureOpenAI:Endpoint", "https://example.org"),
            ("Providers:AzureOpenAI:TextDeployment", "a-deployment"));

        var failure = Assert.Throws<SettingException>(() => new ServiceCollection().AddGeneration(configuration));

        Assert.Equal("Providers:Image", failure.Setting);
    }

    [Fact]
    public async Task Catalog_TwoProviders_FindsThemByNameInAnyCase()
    {
        await using var providers = new Providers(
            ("Providers:Text", "OpenAI"),
            ("Providers:OpenAI:Endpoint", "http://localhost:1234/v1"),
            ("Providers:AzureOpenAI:Endpoint", "https://example.org"),
            ("Providers:AzureOpenAI:TextDeployment", "a-text-deployment"),
            ("Providers:AzureOpenAI:ImageDeployment", "an-image-deployment"));
        var catalog = providers.Catalog;

        Assert.Equal(["azure-openai", "openai"], catalog.TextProviders);
        Assert.Equal(["azure-openai", "openai"], catalog.ImageProviders);
        Assert.Equal("openai", catalog.DefaultText);
        Assert.Equal("azure-openai", catalog.DefaultImage);
        Assert.Equal("openai", catalog.Text(null).Provider);
        Assert.Equal("azure-openai", catalog.Text("Azure-OpenAI").Provider);
        Assert.True(catalog.HasImage("OPENAI"));
        Assert.False(catalog.HasText("gemini"));
    }

    [Fact]
    public async Task Catalog_UnknownProvider_IsAFinalFailure()
    {
        await using var providers = new Providers(("Providers:OpenAI:ApiKey", Key));

        var failure = Assert.Throws<GenerationException>(() => providers.Catalog.Image("gemini"));

        Assert.Equal((GenerationErrorCodes.UnknownProvider, false, "gemini"), (failure.Code, failure.IsTransient, failure.Provider));
    }

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("https://example.org/")]
    [InlineData("https://example.org/openai/v1")]
    [InlineData("https://example.org/openai/v1/")]
    public void AzureOptions_Endpoint_IsTheResources(string endpoint)
    {
        var options = AzureOpenAIOptions.Read(Providers.Configuration(
            ("AzureOpenAI:Endpoint", endpoint), ("AzureOpenAI:TextDeployment", "a-deployment")));

        Assert.Equal("https://example.org/", options!.Endpoint.AbsoluteUri);
    }

    [Theory]
    [InlineData("90", 90)]
    [InlineData("00:01:30", 90)]
    [InlineData("0.5", 0.5)]
    [InlineData("", 180)]
    public void Options_Timeout_IsATimeOrANumberOfSeconds(string timeout, double seconds)
    {
        var options = OpenAIOptions.Read(Providers.Configuration(("OpenAI:ApiKey", Key), ("OpenAI:Timeout", timeout)));

        Assert.Equal(TimeSpan.FromSeconds(seconds), options!.Timeout);
    }

    [Fact]
    public void JobTimeout_ByDefault_LeavesTimeForAnotherJob()
    {
        var providers = Providers.Configuration(("Providers:Replicate:ApiToken", Key)).GetSection("Providers");
        var retry = RetryOptions.Read(Providers.Configuration());

        var timing = ReplicateOptions.Read(new ProviderSection(providers, "Replicate"))!.JobTiming;

        // No attempt follows once the part's time is up.
        Assert.NotNull(RetrySchedule.NextDelay(retry.Image, attempt: 1, timing.Timeout, retryAfter: null));
        Assert.NotNull(RetrySchedule.NextDelay(retry.Image, attempt: 2, timing.Timeout * 2, retryAfter: null));
    }

    [Fact]
    public void OutputHosts_ByDefault_AreTheStorageHostsOfEachProvider()
    {
        var providers = Providers.Configuration(
            ("Providers:Replicate:ApiToken", Key),
            ("Providers:OpenAI:ApiKey", Key),
            ("Providers:AzureOpenAI:Endpoint", "https://example.org"),
            ("Providers:AzureOpenAI:ImageDeployment", "d")).GetSection("Providers");

        Assert.Equal(
            [".replicate.delivery", "storage.googleapis.com"], ReplicateOptions.Read(new ProviderSection(providers, "Replicate"))!.OutputHosts);
        Assert.All(OpenAIOptions.Read(providers)!.OutputHosts, host => Assert.EndsWith(".blob.core.windows.net", host, StringComparison.Ordinal));
        Assert.All(AzureOpenAIOptions.Read(providers)!.OutputHosts, host => Assert.EndsWith(".blob.core.windows.net", host, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_AsText_DoNotShowTheKey()
    {
        var configuration = Providers.Configuration(
            ("OpenAI:ApiKey", Key), ("AzureOpenAI:ApiKey", Key), ("AzureOpenAI:Endpoint", "https://example.org"), ("AzureOpenAI:TextDeployment", "d"));

        Assert.DoesNotContain(Key, OpenAIOptions.Read(configuration)!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, AzureOpenAIOptions.Read(configuration)!.ToString(), StringComparison.Ordinal);
    }
}
