namespace Atelier.Access;

/// <summary>Registers how callers are known.</summary>
public static class AccessServices
{
    private const string Setting = "Access:Mode";

    /// <summary>Adds the <see cref="ICallerResolver"/> of <c>Access:Mode</c>. Default is <c>Development</c>.</summary>
    /// <exception cref="SettingException">The mode is unknown.</exception>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration) =>
        (configuration[Setting] ?? "Development").ToUpperInvariant() switch
        {
            "DEVELOPMENT" => services.AddSingleton<ICallerResolver, DevelopmentCallerResolver>(),
            _ => throw new SettingException(Setting, $"Setting '{Setting}' must be Development."),
        };
}
