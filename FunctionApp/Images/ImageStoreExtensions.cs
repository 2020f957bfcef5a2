namespace Atelier.Images;

/// <summary>What can be asked of an image store without reading an image.</summary>
public static class ImageStoreExtensions
{
    /// <summary>Whether there is an image of a name. Costs no transfer.</summary>
    public static async Task<bool> ExistsAsync(this IImageStore store, string name, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(name, cancellationToken) is not { } content)
            return false;
        await content.Content.DisposeAsync();
        return true;
    }

    /// <summary>Throws unless the store responds, which asking for an image that does not exist shows.</summary>
    public static Task<bool> ProbeAsync(this IImageStore store, CancellationToken cancellationToken) =>
        store.ExistsAsync("health-check", cancellationToken);
}
