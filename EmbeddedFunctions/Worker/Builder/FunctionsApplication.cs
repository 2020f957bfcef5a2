namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>A function app.</summary>
public class FunctionsApplication
{
    /// <summary>Begins an app: configuration from <c>local.settings.json</c>, the environment and the command line; <c>host.json</c>.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
