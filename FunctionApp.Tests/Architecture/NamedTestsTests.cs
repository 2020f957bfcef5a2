using System.Text.RegularExpressions;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Architecture;

/// <summary>Each row of a table that says what holds, in the documents of threats and faults, names tests in its last column, and they exist.</summary>
public sealed class NamedTestsTests
{
    [Theory]
    [InlineData("security.md", "| threat")]
    [InlineData("faults.md", "| fault")]
    public void Row_NamesTestsThatExist(string document, string head)
    {
        string[] tests = [.. typeof(NamedTestsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")];
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", document))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith(head, StringComparison.Ordinal))];

        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            string[] named = [.. Regex.Matches(row.Split('|')[^2], "`(?<test>[^`]+)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
                .Select(match => match.Groups["test"].Value)];
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(tests));
        });
    }
}
