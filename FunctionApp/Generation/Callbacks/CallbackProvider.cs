using Atelier.Configuration;

namespace Atelier.Generation.Callbacks;

/// <summary>The provider <c>callback</c>: images of any HTTP service that takes a job and calls back when it is done.</summary>
internal static class CallbackProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "callback";

    /// <summary>Adds the provider where it is configured.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static void Add(ProviderRegistry registry, IConfiguration providers, CallbackAddress callbacks)
    {
        var section = new ProviderSection(providers, "Callback");
        if (CallbackOptions.Read(section) is not { } options)
            return;
        if (!callbacks.IsKnown)
        {
            throw new SettingException(
                CallbackAddress.Setting,
                $"Setting '{CallbackAddress.Setting}' is missing: the service of '{section.PathOf("Endpoint")}' needs an address to call back.");
        }

        registry.AddAddress(Name, options.Endpoint);
        registry.AddSecret(options.Secret);
        registry.AddSecret(options.ApiKey);
        registry.AddAsyncImage(Name, parts => new CallbackGenerator(
            options,
            parts.Http,
            parts.ImagesOf(Name, options.OutputHosts, options.Endpoint),
            parts.Callbacks,
            parts.CallerOf(Name, options.Timeout),
            parts.Time));
    }
}
