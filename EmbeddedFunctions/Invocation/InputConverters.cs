using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions.Invocation;

/// <summary>The application's own converters, made once each.</summary>
internal sealed class InputConverters(IOptions<WorkerOptions> options, IServiceProvider services)
{
    private readonly ConcurrentDictionary<Type, IInputConverter> _converters = new();

    /// <summary>The registered converters in their order; <see langword="null"/> stands for the worker's own.</summary>
    public IEnumerable<IInputConverter?> Registered =>
        options.Value.InputConverters.Select(type => type == typeof(WorkerConverters) ? null : Get(type));

    /// <summary>The converter of a type.</summary>
    /// <exception cref="InvalidOperationException">The type is none, or cannot be made.</exception>
    public IInputConverter Get(Type type) => _converters.GetOrAdd(type, static (type, services) => typeof(IInputConverter).IsAssignableFrom(type)
        ? (IInputConverter)ActivatorUtilities.GetServiceOrCreateInstance(services, type)
        : throw new InvalidOperationException($"{type.Name} must implement {typeof(IInputConverter).FullName} to be used as an input converter."), services);

    /// <summary>
    /// Whether the application has registered converters. They have to be known while services are still being collected; so configuration
    /// that needs services counts as one that does.
    /// </summary>
    public static bool Any(IServiceCollection services)
    {
        var configured = new WorkerOptions();
        foreach (var descriptor in services)
        {
            if (descriptor.IsKeyedService || descriptor.ServiceType != typeof(IConfigureOptions<WorkerOptions>)) continue;
            if (descriptor.ImplementationInstance is not IConfigureOptions<WorkerOptions> configure) return true;
            configure.Configure(configured);
        }

        return configured.InputConverters.Any(type => type != typeof(WorkerConverters));
    }
}

/// <summary>The place of the worker's own conversions among the registered ones. It is never made: parameters know theirs.</summary>
internal sealed class WorkerConverters : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => new(ConversionResult.Unhandled());
}
