using Atelier.Campaigns.Control;
using Atelier.Campaigns.Http;
using Atelier.Campaigns.Workflow;
using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Configuration;

namespace Atelier.Campaigns;

/// <summary>Registers the campaign's services.</summary>
public static class CampaignServices
{
    /// <summary>Adds what the campaign's functions need.</summary>
    /// <exception cref="SettingException">A retry setting is malformed or out of range.</exception>
    public static IServiceCollection AddCampaigns(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(RetryOptions.Read(configuration));
        services.AddSingleton<CampaignScheduler>();
        services.AddSingleton<NewCampaignReader>();
        services.AddSingleton<CallbackBodies>();
        services.AddScoped<CampaignQueries>();
        services.AddScoped<CampaignIntake>();
        services.AddScoped<CampaignWatch>();
        services.AddScoped<AttemptStore>();
        services.AddScoped<PartRunner>();
        services.AddSingleton<PartImageStore>();
        services.AddSingleton<UnrecordedResults>();
        services.AddSingleton<CampaignCancellationRegistry>();
        services.AddScoped<CampaignControl>();
        services.AddScoped<CampaignEditor>();
        services.AddScoped<VersionControl>();
        services.AddScoped<VersionRecovery>();
        services.AddScoped<CampaignEraser>();
        services.AddScoped<LostImages>();
        services.AddScoped<GetCampaignImage>();
        services.AddScoped<ImageJobStore>();
        services.AddSingleton<AbandonedJobCanceler>();
        return services;
    }
}
