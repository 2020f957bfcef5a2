using Atelier.Configuration;
using Atelier.Images;
using FunctionApp.Tests.Generation;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Images;

public sealed class ImageServicesTests
{
    private const string Key = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    private const string ConnectionString = $"DefaultEndpointsProtocol=https;AccountName=pictures;AccountKey={Key};EndpointSuffix=core.windows.net";

    [Theory]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1/campaign-images")]
    [InlineData("AzureWebJobsStorage", ConnectionString, "https://pictures.blob.core.windows.net/campaign-images")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://pictures.blob.core.usgovcloudapi.net/", "https://pictures.blob.core.usgovcloudapi.net/campaign-images")]
    [InlineData("AzureWebJobsStorage:accountName", "pictures", "https://pictures.blob.core.windows.net/campaign-images")]
    public void CreateContainerClient_Account_GivesItsContainer(string setting, string value, string address) =>
        Assert.Equal(address, ImageStorageOptions.CreateContainerClient(Providers.Configuration((setting, value))).Uri.AbsoluteUri);

    [Fact]
    public void CreateContainerClient_UserAssignedIdentity_IsUsed()
    {
        var container = ImageStorageOptions.CreateContainerClient(Providers.Configuration(
            ("AzureWebJobsStorage", ""),
            ("AzureWebJobsStorage:blobServiceUri", "https://pictures.blob.core.windows.net"),
            ("AzureWebJobsStorage:credential", "managedidentity"),
            ("AzureWebJobsStorage:clientId", "0198f0c2-7a3b-7c4d-8e5f-0123456789ab"),
            ("Images:Container", "other-images")));

        Assert.Equal("https://pictures.blob.core.windows.net/other-images", container.Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "")]
    [InlineData("AzureWebJobsStorage", "nonsense")]
    [InlineData("AzureWebJobsStorage", $"AccountKey={Key}")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "pictures")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "http://pictures.blob.core.windows.net")]
    [InlineData("AzureWebJobsStorage:accountName", "pictures.evil.example/")]
    [InlineData("Images:Container", "Campaign_Images")]
    [InlineData("Images:Container", "a")]
    [InlineData("Images:Container", "two--hyphens")]
    public void AddImages_BadSetting_NamesIt(string setting, string value)
    {
        var settings = setting.StartsWith("Images", StringComparison.Ordinal)
            ? Providers.Configuration(("AzureWebJobsStorage", ConnectionString), (setting, value))
            : Providers.Configuration((setting, value));

        var failure = Assert.Throws<SettingException>(() => new ServiceCollection().AddImages(settings));

        Assert.Equal(setting, failure.Setting);
        Assert.StartsWith($"Setting '{setting}' must be ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.Message, StringComparison.Ordinal);
    }
}
