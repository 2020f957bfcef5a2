using System.Text.RegularExpressions;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Architecture;

/// <summary>Each threat in docs/security.md names tests, and they exist.</summary>
public sealed class ThreatsTests
{
    [Fact]
    public void Threats_EachNamesTestsThatExist()
    {
        string[] tests = [.. typeof(ThreatsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")];
        string[] threats = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat", StringComparison.Ordinal))];

        Assert.NotEmpty(threats);
        Assert.All(threats, threat =>
        {
            string[] named = [.. Regex.Matches(threat.Split('|')[^2], "`(?<test>[^`]+)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(match => match.Groups["test"].Value)];
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(tests));
        });
    }
}
