namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app begins.</summary>
public class FunctionsApplication
{
    /// <summary>Makes a builder with the defaults: configuration, host.json, logging, and a server at <c>http://localhost:7071</c>.</summary>
    /// <exception cref="EmbeddedFunctions.FunctionsStartupException">host.json or local.settings.json cannot be read.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
