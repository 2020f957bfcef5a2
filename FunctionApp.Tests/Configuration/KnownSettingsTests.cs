using System.Text.RegularExpressions;
using Atelier.Configuration;
using FunctionApp.Tests.Hosting;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.Configuration;

public sealed partial class KnownSettingsTests
{
    [Theory]
    [InlineData("Access:AllowedEmailDomain", "Access:AllowedEmailDomains")]
    [InlineData("Cors:Origin", "Cors:Origins")]
    [InlineData("Providers:Openai2:ApiKey", "Providers:OpenAI")]
    [InlineData("Providers:OpenAI:Endpiont", "Providers:OpenAI:Endpoint")]
    [InlineData("Providers:Callback:Secrets", "Providers:Callback:Secret")]
    [InlineData("Retention:Days", "Retention:HistoryDays")]
    [InlineData("Retry:Images:MaxAttempts", "Retry:Image")]
    [InlineData("Retry:Image:MaxAttempt", "Retry:Image:MaxAttempts")]
    [InlineData("Webhooks:EncryptionKeys:0", "Webhooks:EncryptionKey")]
    public void Check_UnknownName_NamesItAndTheNearest(string setting, string nearest)
    {
        var refused = Assert.Throws<SettingException>(() => KnownSettings.Check(With(setting)));

        Assert.Contains($"'{refused.Setting}'", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(refused.Setting, setting, StringComparison.Ordinal);
        Assert.Contains($"'{nearest}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EverySettingThatADocumentNames_IsKnown()
    {
        var documents = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Append(Path.Combine(Repository.Root, "README.md"))
            .Append(Path.Combine(Repository.Root, "local.settings.sample.json"));
        var named = documents.SelectMany(path => Setting().Matches(File.ReadAllText(path))).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct().ToList();

        Assert.True(named.Count > 30);
        Assert.All(named, name => KnownSettings.Check(With(name)));
    }

    private static IConfiguration With(string setting) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(setting, (string?)"x")]).Build();

    [GeneratedRegex(@"\b(?:Access|Cors|Database|Events|Images|Providers|Retention|Retry|Webhooks)__\w*[A-Za-z0-9]\b")]
    private static partial Regex Setting();
}
