using EmbeddedHost;

namespace FunctionApp.Tests.EmbeddedHost;

public sealed class HostArgumentsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-arguments-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Parse_Nothing_ListensWhereFuncWould_AndKeepsDataInTheCurrentFolder()
    {
        var arguments = HostArguments.Parse([], _folder.FullName);

        Assert.Equal("http://localhost:7071", arguments.Urls);
        Assert.Equal(Path.Combine(_folder.FullName, ".atelier"), arguments.DataDirectory);
        Assert.False(arguments.ServicesOnly);
        Assert.False(arguments.Help);
    }

    [Fact]
    public void Parse_InsideTheRepository_KeepsDataAtItsRoot()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "Atelier.slnx"), "");
        var deep = _folder.CreateSubdirectory("a").CreateSubdirectory("b");

        Assert.Equal(Path.Combine(_folder.FullName, ".atelier"), HostArguments.Parse([], deep.FullName).DataDirectory);
    }

    [Fact]
    public void Parse_Values_MayFollowOrBeJoined()
    {
        var apart = HostArguments.Parse(["--urls", "http://127.0.0.1:8080", "--data", "here", "--services"], _folder.FullName);
        var joined = HostArguments.Parse(["--urls=http://127.0.0.1:8080", "--data=here", "--services"], _folder.FullName);

        foreach (var arguments in (HostArguments[])[apart, joined])
        {
            Assert.Equal("http://127.0.0.1:8080", arguments.Urls);
            Assert.Equal(Path.Combine(_folder.FullName, "here"), arguments.DataDirectory);
            Assert.True(arguments.ServicesOnly);
        }
    }

    [Fact]
    public void Parse_SeveralUrls_KeepsTheirOrder() =>
        Assert.Equal("http://*:80;http://[::1]:8081", HostArguments.Parse(["--urls", "http://*:80; http://[::1]:8081"], "/").Urls);

    [Theory]
    [InlineData("--nope")]
    [InlineData("serve")]
    [InlineData("--services=yes")]
    public void Parse_UnknownArgument_NamesIt(string argument) => Refuses([argument], argument);

    [Theory]
    [InlineData("--urls")]
    [InlineData("--data")]
    public void Parse_NoValue_NamesTheArgument(string argument)
    {
        Refuses([argument], argument);
        Refuses([argument, "--services"], argument);
    }

    [Theory]
    [InlineData("localhost:7071")]
    [InlineData("https://localhost:7071")]
    [InlineData("http://localhost:0")]
    [InlineData("http://localhost:70000")]
    [InlineData("http://localhost:7071/api")]
    public void Parse_NoAddress_ShowsIt(string url) => Refuses(["--urls", url], $"'{url}'");

    [Theory]
    [InlineData("http://localhost:7071", true, "http://localhost:7071/")]
    [InlineData("http://127.0.0.1:7071", true, "http://127.0.0.1:7071/")]
    [InlineData("http://[::1]:7071", true, "http://[::1]:7071/")]
    [InlineData("http://0.0.0.0:7071", false, "http://localhost:7071/")]
    [InlineData("http://*:7071", false, "http://localhost:7071/")]
    [InlineData("http://192.0.2.7:7071", false, "http://192.0.2.7:7071/")]
    public void Address_KnowsWhoReachesIt_AndHow(string url, bool loopback, string local)
    {
        var address = Assert.Single(ListenAddress.ParseAll(url));

        Assert.Equal(loopback, address.IsLoopback);
        Assert.Equal(local, address.Local.ToString());
    }

    private static void Refuses(string[] args, string named) =>
        Assert.Contains(named, Assert.Throws<HostFailure>(() => HostArguments.Parse(args, "/")).Message, StringComparison.Ordinal);
}
