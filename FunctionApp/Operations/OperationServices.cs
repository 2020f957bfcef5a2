using Atelier.Configuration;
using Atelier.Operations.DeadLetters;
using Atelier.Operations.Retention;

namespace Atelier.Operations;

/// <summary>Registers dead letters and retention.</summary>
public static class OperationServices
{
    /// <summary>Adds dead letters and retention.</summary>
    /// <exception cref="SettingException">A setting is malformed or out of range.</exception>
    public static IServiceCollection AddOperations(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(RetentionOptions.Read(configuration))
        .AddScoped<DeadLetterStore>();
}
