using EmbeddedFunctions;
using EmbeddedFunctions.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Puts a function app together.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _builder;
    private readonly HostJson _hostJson;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    internal FunctionsApplicationBuilder(string[]? args)
    {
        _builder = HostSetup.Create(args);
        _hostJson = HostJsonReader.Read(AppFiles.FindHostJson(Configuration), Configuration);
        HostSetup.Log(Logging, _hostJson);
        HostSetup.AddWorkerOptions(Services);
        DatabaseWarmUp.Begin(Configuration);
    }

    /// <summary>What the application's parts hand to each other while it is built.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_builder).Properties;

    /// <summary>
    /// The settings: the command line, over environment variables (with <c>__</c> for <c>:</c>), over local.settings.json, over appsettings.json.
    /// </summary>
    public ConfigurationManager Configuration => _builder.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => _builder.Configuration;

    /// <summary>The environment's name and folders.</summary>
    public IHostEnvironment Environment => _builder.Environment;

    /// <summary>Logging; host.json's levels are set already.</summary>
    public ILoggingBuilder Logging => _builder.Logging;

    /// <summary>Metrics.</summary>
    public IMetricsBuilder Metrics => _builder.Metrics;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services => _builder.Services;

    /// <summary>Whether functions may use ASP.NET Core's request and results.</summary>
    internal bool IsWebApplication { get; set; }

    /// <summary>Finds the functions and makes the host, which listens once it is started.</summary>
    /// <exception cref="FunctionsStartupException">Something is wrong with the functions or settings; the message tells all of it.</exception>
    public IHost Build() => FunctionsHostFactory.Build(_builder, _hostJson, _middleware, IsWebApplication);

    /// <summary>Uses another dependency injection container.</summary>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_builder).ConfigureContainer(factory, configure);

    /// <summary>Adds middleware, inside what was added before.</summary>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _middleware.Add(middleware);
        return this;
    }
}
