using System.Text.RegularExpressions;

namespace EmbeddedHost.Configuration;

/// <summary>Settings named inside other values, as <c>%name%</c>.</summary>
internal static partial class SettingNames
{
    /// <summary>The text with each <c>%name%</c> replaced by that setting.</summary>
    /// <exception cref="HostFailure">There is no such setting.</exception>
    public static string Resolve(string text, IConfiguration configuration) => Name().Replace(text, match =>
        configuration[match.Groups["name"].Value.Replace("__", ":", StringComparison.Ordinal)]
        ?? throw new HostFailure($"'{match.Value}' names a setting that does not exist."));

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
