using System.Net;
using System.Net.Sockets;
using EmbeddedHost;
using EmbeddedHost.LocalServices;

namespace FunctionApp.Tests.EmbeddedHost;

public sealed class DataFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-folder-");

    private string Ports => Path.Combine(_folder.FullName, "ports.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Open_InUse_SaysSo_AndWorksOnceItIsReleased()
    {
        using (await OpenAsync())
        {
            var failure = await Assert.ThrowsAsync<HostFailure>(OpenAsync);
            Assert.Contains($"{_folder.FullName} is in use", failure.Message, StringComparison.Ordinal);
        }

        using var again = await OpenAsync();
        Assert.Equal(_folder.FullName, again.Path);
    }

    [Fact]
    public async Task Open_WhereNothingCanBeWritten_NamesTheFolder()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        var failure = await Assert.ThrowsAsync<HostFailure>(() => DataFolder.OpenAsync(Path.Combine(file, "data"), CancellationToken.None));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_StaysTheSame_AndIsForTheOwnerAlone()
    {
        string first;
        using (var folder = await OpenAsync()) first = await folder.PasswordAsync(CancellationToken.None);
        using var again = await OpenAsync();

        Assert.Equal(first, await again.PasswordAsync(CancellationToken.None));
        Assert.True(first.Length >= 32);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(again.Path, "postgres.password")));
    }

    [Fact]
    public void Reserve_TheSameName_GivesTheSamePort_AlsoToTheNextStart()
    {
        var book = new PortBook(Ports);
        var port = book.Reserve("postgres");

        Assert.Equal(port, book.Reserve("postgres"));
        Assert.Equal(port, new PortBook(Ports).Reserve("postgres"));
        Assert.NotEqual(port, book.Reserve("blob"));
    }

    [Fact]
    public void Reserve_APortTakenBySomethingElse_ReplacesIt()
    {
        var port = new PortBook(Ports).Reserve("postgres");
        using var intruder = new TcpListener(IPAddress.Loopback, port);
        intruder.Start();

        var other = new PortBook(Ports).Reserve("postgres");

        Assert.NotEqual(port, other);
        Assert.Equal(other, new PortBook(Ports).Reserve("postgres"));
    }

    [Fact]
    public void Reserve_APreferredPort_TakesItOnlyWhereItIsFree()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var preferred = ((IPEndPoint)probe.LocalEndpoint).Port;

        Assert.NotEqual(preferred, new PortBook(Ports).Reserve("simulator", preferred));
        probe.Stop();
        Assert.Equal(preferred, new PortBook(Ports).Reserve("simulator", preferred));
    }

    [Fact]
    public void Reserve_FromABrokenFile_ChoosesAnotherPort()
    {
        File.WriteAllText(Ports, "{ \"postgres\": ");

        Assert.InRange(new PortBook(Ports).Reserve("postgres"), 1, 65535);
    }

    private Task<DataFolder> OpenAsync() => DataFolder.OpenAsync(_folder.FullName, CancellationToken.None);
}
