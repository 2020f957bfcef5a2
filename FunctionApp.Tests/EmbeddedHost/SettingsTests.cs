using EmbeddedHost;
using EmbeddedHost.Configuration;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.EmbeddedHost;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("AzureWebJobsStorage:blobServiceUri")]
    [InlineData("AzureWebJobsStorage:accountName")]
    public void HasStorage_ByConnectionStringOrIdentity(string setting)
    {
        Assert.True(With((setting, "value")).HasStorage);
        Assert.False(With((setting, " ")).HasStorage);
        Assert.False(With().HasStorage);
    }

    [Fact]
    public void HasPostgres_WithItsConnectionString()
    {
        Assert.True(With(("ConnectionStrings:Postgres", "Host=db")).HasPostgres);
        Assert.False(With().HasPostgres);
    }

    [Fact]
    public void Providers_OfWhichNoneIsConfigured_AreAllSimulated_AndOpenAIIsTheDefault()
    {
        var providers = new ProviderDefaults(With());

        Assert.Equal(ProviderDefaults.Every, providers.Missing);
        Assert.Equal("openai", providers.Choice["Providers__Text"]);
        Assert.Equal("openai", providers.Choice["Providers__Image"]);
    }

    [Theory]
    [InlineData("Providers:Gemini:ApiKey", "gemini", "gemini", "openai")]
    [InlineData("Providers:StableDiffusion:Endpoint", "stable-diffusion", "openai", "stable-diffusion")]
    [InlineData("Providers:Replicate:ApiToken", "replicate", "openai", "replicate")]
    public void Providers_AConfiguredOne_IsNotSimulated_AndIsTheDefaultOfItsKinds(string setting, string name, string text, string image)
    {
        var providers = new ProviderDefaults(With((setting, "value")));

        Assert.DoesNotContain(name, providers.Missing);
        Assert.Equal(text, providers.Choice["Providers__Text"]);
        Assert.Equal(image, providers.Choice["Providers__Image"]);
    }

    [Theory]
    [InlineData("azure-openai", "openai", "TextDeployment")]
    [InlineData("openai", "azure-openai", "ImageDeployment")]
    [InlineData("azure-openai", "azure-openai", "TextDeployment", "ImageDeployment")]
    public void Providers_AnAzureResource_IsTheDefaultOfWhatItHasADeploymentFor(string text, string image, params string[] deployments)
    {
        var providers = new ProviderDefaults(With(
            [("Providers:AzureOpenAI:Endpoint", "value"), .. deployments.Select(deployment => ($"Providers:AzureOpenAI:{deployment}", "value"))]));

        Assert.DoesNotContain("azure-openai", providers.Missing);
        Assert.Equal(text, providers.Choice["Providers__Text"]);
        Assert.Equal(image, providers.Choice["Providers__Image"]);
    }

    [Fact]
    public async Task Simulated_PointsOnlyTheNamedProvidersAtTheSimulator()
    {
        await using var simulator = await SimulatorService.StartAsync(0, CancellationToken.None);
        var settings = ProviderDefaults.Simulated(["openai", "azure-openai"], simulator);

        Assert.Equal(new Uri(simulator.Address, "/v1").ToString(), settings["Providers__OpenAI__Endpoint"]);
        Assert.Equal(new Uri(simulator.Address, "/openai/v1/").ToString(), settings["Providers__AzureOpenAI__Endpoint"]);
        Assert.All(settings.Keys, key => Assert.Contains("OpenAI__", key, StringComparison.Ordinal));
    }

    private static Settings With(params (string Name, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
        .Build());
}
