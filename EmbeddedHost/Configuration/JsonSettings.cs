namespace EmbeddedHost.Configuration;

/// <summary>Reads a JSON file of settings.</summary>
internal static class JsonSettings
{
    /// <param name="path">The file, which must exist.</param>
    /// <param name="overrides">Settings that win over the file's; <see langword="null"/> for none.</param>
    /// <exception cref="HostFailure">The file is not JSON.</exception>
    public static IConfiguration Read(string path, IConfigurationSection? overrides = null)
    {
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(path, optional: false, reloadOnChange: false)
                .AddInMemoryCollection(overrides?.AsEnumerable(makePathsRelative: true))
                .Build();
        }
        catch (InvalidDataException exception)
        {
            throw new HostFailure($"'{path}' cannot be read: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }
}
