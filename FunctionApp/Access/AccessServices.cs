using Atelier.Access.ApiKeys;
using Atelier.Access.EasyAuth;
using Atelier.Access.Limits;
using Atelier.Configuration;
using Atelier.Http;

namespace Atelier.Access;

/// <summary>Registers how callers are identified and limited.</summary>
public static class AccessServices
{
    /// <summary>Adds the <see cref="ICallerResolver"/> of <c>Access:Mode</c>, the limits, and CORS.</summary>
    /// <exception cref="SettingException">A setting is malformed, or the mode would be unsafe here.</exception>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        var options = AccessOptions.Read(configuration);
        services.AddSingleton(options);
        services.AddSingleton(options.Limits);
        services.AddSingleton(CorsOptions.Read(configuration, withCredentials: options.Mode == AccessMode.EasyAuth));
        services.AddSingleton<Cors>();
        services.AddSingleton<RequestRate>();
        services.AddSingleton<CrossSiteGuard>();
        services.AddScoped<CampaignQuota>();
        services.AddScoped<ApiKeyStore>();
        return options.Mode switch
        {
            AccessMode.ApiKey => services.AddScoped<ICallerResolver, ApiKeyCallerResolver>(),
            AccessMode.EasyAuth => services.AddScoped<ICallerResolver, EasyAuthCallerResolver>(),
            _ => services.AddScoped<ICallerResolver, DevelopmentCallerResolver>(),
        };
    }
}
