using System.Text.RegularExpressions;
using Atelier.Configuration;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Atelier.Images;

/// <summary>
/// Which Blob Storage account the images are kept in: the one that the Functions host itself uses, from the same settings.
/// Either <c>AzureWebJobsStorage</c> is a connection string (or <c>UseDevelopmentStorage=true</c>), or <c>AzureWebJobsStorage:blobServiceUri</c>
/// or <c>:accountName</c> names the account and an identity opens it, <c>:clientId</c> where it is a user-assigned one.
/// </summary>
internal static partial class ImageStorageOptions
{
    /// <summary>The setting that names the account.</summary>
    public const string AccountSetting = "AzureWebJobsStorage";

    /// <summary>The setting that names the container. Default: <see cref="DefaultContainer"/>.</summary>
    public const string ContainerSetting = "Images:Container";

    /// <summary>The container where <see cref="ContainerSetting"/> is not set.</summary>
    public const string DefaultContainer = "campaign-images";

    /// <summary>Makes the client of the container; nothing is called yet.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static BlobContainerClient CreateContainerClient(IConfiguration configuration)
    {
        var container = configuration[ContainerSetting] is { Length: > 0 } name ? name : DefaultContainer;
        if (!ContainerName().IsMatch(container))
        {
            throw new SettingException(
                ContainerSetting,
                $"Setting '{ContainerSetting}' must be 3 to 63 lower-case letters, digits and single hyphens between them.");
        }

        return CreateServiceClient(configuration).GetBlobContainerClient(container);
    }

    private static BlobServiceClient CreateServiceClient(IConfiguration configuration)
    {
        var account = configuration.GetSection(AccountSetting);
        if (!string.IsNullOrWhiteSpace(account.Value))
            return FromConnectionString(account.Value.Trim());
        if (account["blobServiceUri"] is { Length: > 0 } uri)
        {
            const string Setting = AccountSetting + ":blobServiceUri";
            return Uri.TryCreate(uri, UriKind.Absolute, out var service) && service.Scheme == Uri.UriSchemeHttps
                ? new BlobServiceClient(service, CredentialOf(account))
                : throw new SettingException(Setting, $"Setting '{Setting}' must be an absolute https URL.");
        }

        if (account["accountName"] is { Length: > 0 } accountName)
        {
            const string Setting = AccountSetting + ":accountName";
            return AccountName().IsMatch(accountName)
                ? new BlobServiceClient(new Uri($"https://{accountName}.blob.core.windows.net"), CredentialOf(account))
                : throw new SettingException(Setting, $"Setting '{Setting}' must be 3 to 24 lower-case letters and digits.");
        }

        throw new SettingException(
            AccountSetting,
            $"Setting '{AccountSetting}' must be a storage connection string, or '{AccountSetting}:blobServiceUri' the account's blob URL.");
    }

    private static BlobServiceClient FromConnectionString(string connectionString)
    {
        try
        {
            return new BlobServiceClient(connectionString);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // The client's own message may quote the string, which holds the account's key.
            throw new SettingException(AccountSetting, $"Setting '{AccountSetting}' must be a storage connection string.");
        }
    }

    private static TokenCredential CredentialOf(IConfigurationSection account)
    {
        var clientId = account["clientId"] is { Length: > 0 } id ? id : null;
        if (!string.Equals(account["credential"], "managedidentity", StringComparison.OrdinalIgnoreCase))
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        return new ManagedIdentityCredential(
            clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContainerName();

    [GeneratedRegex("^[a-z0-9]{3,24}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AccountName();
}
