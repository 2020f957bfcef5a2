using Atelier.Configuration;

namespace Atelier.Images;

/// <summary>Registers the image store.</summary>
public static class ImageServices
{
    /// <summary>Adds the <see cref="IImageStore"/> over the Blob Storage account that <c>AzureWebJobsStorage</c> names.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static IServiceCollection AddImages(this IServiceCollection services, IConfiguration configuration)
    {
        // Created at once, so that a bad setting stops the start instead of failing the first image.
        var container = ImageStorageOptions.CreateContainerClient(configuration);
        return services.AddSingleton<IImageStore>(_ => new BlobImageStore(container)).AddSingleton<Thumbnails>();
    }
}
