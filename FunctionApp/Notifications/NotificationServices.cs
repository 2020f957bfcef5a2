using Atelier.Configuration;
using Atelier.Notifications.Inbox;
using Atelier.Notifications.Streams;
using Atelier.Notifications.Webhooks;
using Atelier.Notifications.Webhooks.Deliveries;

namespace Atelier.Notifications;

/// <summary>Registers streams, inbox and webhooks.</summary>
public static class NotificationServices
{
    /// <summary>Adds the event log's readers: streams, inbox and webhooks.</summary>
    /// <exception cref="SettingException">A setting is malformed or out of range.</exception>
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(EventStreamOptions.Read(configuration));
        services.AddSingleton<EventLog>();
        services.AddSingleton<EventHub>();
        services.AddHostedService(provider => provider.GetRequiredService<EventHub>());
        services.AddSingleton<EventStream>();
        services.AddSingleton<Acknowledgements>();

        var webhooks = WebhookOptions.Read(configuration);
        services.AddSingleton(webhooks);
        services.AddSingleton(new SecretBox(webhooks.EncryptionKeys));
        services.AddSingleton<IHostNames, SystemHostNames>();
        services.AddSingleton<WebhookTarget>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryAttempt>();
        services.AddSingleton<DeliveryPump>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryPump>());
        return services;
    }
}
