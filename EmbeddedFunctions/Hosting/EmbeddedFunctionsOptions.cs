using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions;

/// <summary>What this host can be told beyond the official API. Set with <c>builder.Services.Configure&lt;EmbeddedFunctionsOptions&gt;(...)</c>.</summary>
public sealed class EmbeddedFunctionsOptions
{
    /// <summary>The assemblies whose methods marked with <c>[Function]</c> are run; none for the entry assembly.</summary>
    public IList<Assembly> FunctionAssemblies { get; } = [];

    /// <summary>Which types are looked at; <see langword="null"/> for all. For tests that keep several apps in one assembly.</summary>
    internal Func<Type, bool>? TypeFilter { get; set; }

    /// <summary>Whether durable functions bring the engine along. Off for tests that give a client of their own.</summary>
    internal bool UseEngine { get; set; } = true;

    /// <summary>
    /// The options as they are configured so far. They are needed while the services are still being collected, because they decide
    /// which services there are; so only configuration given as an instance or a delegate counts.
    /// </summary>
    internal static EmbeddedFunctionsOptions From(IServiceCollection services)
    {
        var options = new EmbeddedFunctionsOptions();
        foreach (var descriptor in services)
        {
            if (descriptor is { IsKeyedService: false, ImplementationInstance: IConfigureOptions<EmbeddedFunctionsOptions> configure })
            {
                configure.Configure(options);
            }
        }

        return options;
    }
}
