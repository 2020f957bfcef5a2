using System.Diagnostics;
using System.Text.Json;

namespace FunctionApp.Tests.Hosting;

/// <summary>A data folder of a host's own, with the packages that the test run has installed already.</summary>
internal sealed class HostData : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-data-");

    public HostData()
    {
        Directory.CreateSymbolicLink(
            System.IO.Path.Combine(Path, "services"), System.IO.Path.Combine(LocalServicesFixture.DataDirectory, "services"));
    }

    public string Path => _folder.FullName;

    /// <summary>The process ids of the services that run on this folder, by name.</summary>
    public IReadOnlyDictionary<string, int> Processes() =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(System.IO.Path.Combine(Path, "processes.json")))!;

    /// <summary>Whether a process still runs. One that has ended but was not yet collected by its parent does not.</summary>
    public static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>kill -9.</summary>
    public static void Kill(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
