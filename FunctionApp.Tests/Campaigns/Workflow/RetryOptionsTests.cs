using Atelier.Campaigns.Workflow;
using Atelier.Configuration;
using Atelier.Durable;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.Campaigns.Workflow;

public sealed class RetryOptionsTests
{
    [Fact]
    public void Read_NothingSet_GivesTheDefaults()
    {
        var expected = new RetrySettings(5, TimeSpan.FromSeconds(2), 2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

        Assert.Equal(new RetryOptions(expected, expected), RetryOptions.Read(Configure([])));
    }

    [Fact]
    public void Read_OneKindSet_LeavesTheOtherAlone()
    {
        var options = RetryOptions.Read(Configure(new()
        {
            ["Retry:Image:MaxAttempts"] = "7",
            ["Retry:Image:FirstInterval"] = "00:00:00.5",
            ["Retry:Image:Backoff"] = "1.5",
        }));

        Assert.Equal(5, options.Text.MaxAttempts);
        Assert.Equal(7, options.Image.MaxAttempts);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.Image.FirstInterval);
        Assert.Equal(1.5, options.Image.Backoff);
    }

    [Theory]
    [InlineData("Retry:Text:MaxAttempts", "0")]
    [InlineData("Retry:Text:MaxAttempts", "five")]
    [InlineData("Retry:Image:Backoff", "0.9")]
    [InlineData("Retry:Image:Backoff", "NaN")]
    [InlineData("Retry:Image:FirstInterval", "2")]
    [InlineData("Retry:Image:FirstInterval", "00:00:00")]
    [InlineData("Retry:Image:FirstInterval", "-00:00:01")]
    [InlineData("Retry:Text:MaxInterval", "00:00:01")]
    [InlineData("Retry:Text:Timeout", "00:00:01")]
    public void Read_MalformedOrOutOfRange_NamesTheSetting(string setting, string value)
    {
        var exception = Assert.Throws<SettingException>(() => RetryOptions.Read(Configure(new() { [setting] = value })));

        Assert.StartsWith($"Setting '{setting}' must ", exception.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configure(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
}
