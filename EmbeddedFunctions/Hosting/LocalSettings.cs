using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace EmbeddedFunctions;

/// <summary>local.settings.json, whose values count as environment variables that are not set otherwise.</summary>
internal static class LocalSettings
{
    /// <summary>Adds the file's values right below the environment's.</summary>
    /// <exception cref="FunctionsStartupException">The file is not JSON, or is encrypted.</exception>
    public static void AddTo(IConfigurationManager configuration)
    {
        if (AppFiles.FindLocalSettings(configuration) is not { } path) return;
        var source = new MemoryConfigurationSource { InitialData = Read(path) };
        var environment = configuration.Sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault(s => string.IsNullOrEmpty(s.Prefix));
        configuration.Sources.Insert(environment is null ? 0 : configuration.Sources.IndexOf(environment), source);
    }

    private static List<KeyValuePair<string, string?>> Read(string path)
    {
        IConfiguration file;
        try
        {
            file = new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false).Build();
        }
        catch (InvalidDataException exception)
        {
            throw new FunctionsStartupException($"'{path}' cannot be read: {exception.InnerException?.Message ?? exception.Message}");
        }

        if (bool.TryParse(file["IsEncrypted"], out var encrypted) && encrypted)
        {
            throw new FunctionsStartupException($"'{path}' is encrypted; run 'func settings decrypt' first.");
        }

        var values = file.GetSection("Values").AsEnumerable(makePathsRelative: true)
            .Where(value => value.Value is not null)
            .Select(value => KeyValuePair.Create(value.Key.Replace("__", ":", StringComparison.Ordinal), value.Value));
        var connections = file.GetSection("ConnectionStrings").AsEnumerable(makePathsRelative: true)
            .Where(value => value.Value is not null)
            .Select(value => KeyValuePair.Create($"ConnectionStrings:{value.Key}", value.Value));
        var port = file["Host:LocalHttpPort"] is { } number ? KeyValuePair.Create(HostSetup.LocalPort, (string?)number) : default;
        return [.. values, .. connections, .. port.Key is null ? [] : new[] { port }];
    }
}
