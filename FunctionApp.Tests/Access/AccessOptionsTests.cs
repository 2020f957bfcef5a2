using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Configuration;
using Atelier.Http;
using Microsoft.Extensions.Configuration;

namespace FunctionApp.Tests.Access;

public sealed class AccessOptionsTests
{
    [Fact]
    public void Read_NothingSet_IsApiKeyWithLimitsAndNoOperators()
    {
        var options = Read();

        Assert.Equal(AccessMode.ApiKey, options.Mode);
        Assert.Equal(new CallerLimits(600, 50, 1000), options.Limits);
        Assert.Empty(options.Operators);
        Assert.True(options.Admits(new Caller("anyone")));
    }

    [Fact]
    public void Read_Development_HasNoLimitsUnlessAsked()
    {
        Assert.Equal(CallerLimits.None, Read(("Access:Mode", "development")).Limits);
        Assert.Equal(
            new CallerLimits(null, 2, null), Read(("Access:Mode", "Development"), ("Access:MaxRunning", "2"), ("Access:MaxPerDay", "0")).Limits);
    }

    [Theory]
    [InlineData("Access:Mode", "None")]
    [InlineData("Access:Mode", "2")]
    [InlineData("Access:Mode", "ApiKey,EasyAuth")]
    [InlineData("Access:RequestsPerMinute", "-1")]
    [InlineData("Access:MaxRunning", "many")]
    [InlineData("Access:MaxPerDay", "1000001")]
    [InlineData("Access:AllowedEmailDomains", "example.org;example.com")]
    [InlineData("Access:AllowedEmailDomains", "@example.org")]
    [InlineData("Access:AllowedEmailDomains", "*.example.org")]
    [InlineData("Access:ScrapeToken", "0123456789abcdef0123456789abcde")]
    [InlineData("Cors:Origins", "*")]
    [InlineData("Cors:Origins", "app.example.org")]
    [InlineData("Cors:Origins", "https://app.example.org/")]
    [InlineData("Cors:Origins", "https://app.example.org, ftp://app.example.org")]
    public void Read_MalformedSetting_NamesIt(string setting, string value)
    {
        var configuration = With((setting, value));

        var exception = Assert.Throws<SettingException>(
            () => CorsOptions.Read(configuration, AccessOptions.Read(configuration).Mode == AccessMode.EasyAuth));

        Assert.Equal(setting, exception.Setting);
        Assert.Contains(setting, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData("urls", "http://localhost:7071")]
    [InlineData("urls", "http://127.0.0.1:7071;http://[::1]:7071;https://LOCALHOST")]
    [InlineData("ASPNETCORE_URLS", "http://127.8.9.10:80")]
    [InlineData("Kestrel:Endpoints:Api:Url", "http://atelier.localhost:7071")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated")]
    public void Development_OnLoopback_Starts(string setting, string value) =>
        Assert.Equal(AccessMode.Development, Read(("Access:Mode", "Development"), (setting, value)).Mode);

    [Theory]
    [InlineData("urls", "http://0.0.0.0:7071")]
    [InlineData("urls", "http://localhost:7071;http://192.168.1.4:7071")]
    [InlineData("urls", "http://[::]:7071")]
    [InlineData("urls", "http://+:80")]
    [InlineData("ASPNETCORE_URLS", "http://*:80")]
    [InlineData("ASPNETCORE_URLS", "http://localhost.example.org")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080")]
    [InlineData("https_ports", "443")]
    [InlineData("Kestrel:Endpoints:Api:Url", "http://0.0.0.0:80")]
    [InlineData("WEBSITE_SITE_NAME", "atelier")]
    public void Development_OnAReachableAddress_RefusesTheStart(string setting, string value)
    {
        var exception = Assert.Throws<SettingException>(() => Read(("Access:Mode", "Development"), (setting, value)));

        Assert.Equal("Access:Mode", exception.Setting);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("False")]
    [InlineData("0")]
    public void EasyAuth_WithoutPlatformAuthentication_RefusesTheStart(string? enabled)
    {
        Assert.Throws<SettingException>(() => Read(("Access:Mode", "EasyAuth"), ("WEBSITE_AUTH_ENABLED", enabled)));
        Assert.Equal(AccessMode.EasyAuth, Read(("Access:Mode", "EasyAuth"), ("WEBSITE_AUTH_ENABLED", "True")).Mode);
    }

    [Theory]
    [InlineData("ann@example.org", true)]
    [InlineData("ann@EXAMPLE.com", true)]
    [InlineData("ann@example.net", false)]
    [InlineData("ann@sub.example.org", false)]
    [InlineData("ann@example.org@evil.net", false)]
    [InlineData("example.org", false)]
    [InlineData(null, false)]
    public void Admits_CallerOfAnAllowedDomain_IsTrue(string? email, bool expected) =>
        Assert.Equal(expected, Read(("Access:AllowedEmailDomains", "example.org , example.com")).Admits(new Caller("id") { Email = email }));

    [Fact]
    public void NamesOperator_ExactIdOrEmailInAnyCase_IsTrue()
    {
        var options = Read(("Access:Operators", "ann, boss@example.org"));

        Assert.True(options.NamesOperator(new Caller("ann")));
        Assert.True(options.NamesOperator(new Caller("aad:1") { Email = "Boss@example.org" }));
        Assert.False(options.NamesOperator(new Caller("Ann")));
        Assert.False(options.NamesOperator(new Caller("aad:2") { Email = "ann@example.org" }));
    }

    [Fact]
    public void Read_ListAsIndexedSettings_IsRead()
    {
        var options = Read(("Access:AllowedEmailDomains:0", "example.org"), ("Access:Operators:0", "ann"), ("Access:Operators:1", "ben"));

        Assert.Equal(["example.org"], options.AllowedEmailDomains);
        Assert.Equal(["ann", "ben"], options.Operators);
        Assert.True(CorsOptions.Read(With(("Cors:Origins:0", "https://app.example.org")), withCredentials: false).Allows("https://app.example.org"));
    }

    private static AccessOptions Read(params (string Name, string? Value)[] settings) => AccessOptions.Read(With(settings));

    private static IConfiguration With(params (string Name, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        .Build();
}
