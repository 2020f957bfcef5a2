using Atelier.Notifications.Inbox;
using Atelier.Notifications.Streams;

namespace Atelier.Notifications;

/// <summary>Registers what tells people of changes.</summary>
public static class NotificationServices
{
    /// <summary>Adds the event log's readers: streams and inbox.</summary>
    /// <exception cref="SettingException">A setting is malformed or out of range.</exception>
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(EventStreamOptions.Read(configuration));
        services.AddSingleton<CampaignChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<CampaignChanges>());
        services.AddSingleton<EventLog>();
        services.AddSingleton<EventHub>();
        services.AddHostedService(provider => provider.GetRequiredService<EventHub>());
        services.AddSingleton<EventStream>();
        services.AddSingleton<Acknowledgements>();
        return services;
    }
}
