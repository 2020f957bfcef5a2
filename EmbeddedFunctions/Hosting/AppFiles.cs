using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions;

/// <summary>Finds the files beside a function app.</summary>
internal static class AppFiles
{
    private const string HostJsonName = "host.json";
    private const string LocalSettingsName = "local.settings.json";

    /// <summary>
    /// host.json: in the folder that setting <c>AzureWebJobsScriptRoot</c> names; or else beside the program; or else in the current folder
    /// or the nearest one above it.
    /// </summary>
    public static string? FindHostJson(IConfiguration configuration)
    {
        if (configuration["AzureWebJobsScriptRoot"] is { Length: > 0 } root) return Existing(Path.Combine(root, HostJsonName));
        return Existing(Path.Combine(AppContext.BaseDirectory, HostJsonName))
            ?? Upward(Directory.GetCurrentDirectory()).Select(folder => Existing(Path.Combine(folder, HostJsonName))).FirstOrDefault(path => path is not null);
    }

    /// <summary>
    /// local.settings.json: in the script root; or else in the current folder; or else beside the nearest host.json at or above the
    /// current folder, or at or above the program.
    /// </summary>
    public static string? FindLocalSettings(IConfiguration configuration)
    {
        if (configuration["AzureWebJobsScriptRoot"] is { Length: > 0 } root) return Existing(Path.Combine(root, LocalSettingsName));
        var current = Directory.GetCurrentDirectory();
        return new[] { current }
            .Concat(Upward(current).Where(HasHostJson).Take(1))
            .Concat(Upward(AppContext.BaseDirectory).Where(HasHostJson))
            .Select(folder => Existing(Path.Combine(folder, LocalSettingsName)))
            .FirstOrDefault(path => path is not null);
    }

    private static bool HasHostJson(string folder) => File.Exists(Path.Combine(folder, HostJsonName));

    private static string? Existing(string path) => File.Exists(path) ? path : null;

    private static IEnumerable<string> Upward(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar)))
        {
            yield return folder;
            if (folder == Path.GetPathRoot(folder)) yield break;
        }
    }
}
