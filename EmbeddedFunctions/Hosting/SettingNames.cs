using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions;

/// <summary>Settings named inside other values, as <c>%name%</c>.</summary>
internal static partial class SettingNames
{
    /// <summary>The text with each <c>%name%</c> replaced by that setting.</summary>
    /// <exception cref="FunctionsStartupException">There is no such setting.</exception>
    public static string Resolve(string text, IConfiguration configuration) => Name().Replace(text, match =>
        configuration[match.Groups["name"].Value.Replace("__", ":", StringComparison.Ordinal)]
        ?? throw new FunctionsStartupException($"'{match.Value}' does not resolve to a value: there is no such setting."));

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
