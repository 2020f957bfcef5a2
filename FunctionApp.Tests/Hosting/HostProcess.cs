using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FunctionApp.Tests.Hosting;

/// <summary>EmbeddedHost as a process of its own, as a user runs it, in an empty working folder.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-host-");
    private readonly StringBuilder _output = new();

    private HostProcess(IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments, Uri address)
    {
        Address = address;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EmbeddedHost.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings) start.Environment[name] = value;

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>What it has written so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts a host on a free port and waits until it says that it is ready.</summary>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">Further arguments.</param>
    public static Task<HostProcess> StartAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        StartUntilAsync("Atelier is ready at http://127.0.0.1:", settings, arguments);

    /// <summary>Starts a host on a free port and waits until it has written a text.</summary>
    public static async Task<HostProcess> StartUntilAsync(string text, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var host = new HostProcess(settings, ["--urls", address.GetLeftPart(UriPartial.Authority), .. arguments], address);
        try
        {
            await host.WaitForLineAsync(text);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a host on a free port that is expected to end by itself.</summary>
    /// <returns>Its exit code and what it has written.</returns>
    public static Task<(int ExitCode, string Output)> RunOnFreePortAsync(IReadOnlyDictionary<string, string> settings) =>
        RunAsync(settings, "--urls", $"http://127.0.0.1:{FreePort()}");

    /// <summary>Starts a host that is expected to end by itself.</summary>
    /// <returns>Its exit code and what it has written.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var host = new HostProcess(settings, arguments, new Uri("http://127.0.0.1:1"));
        await host._process.WaitForExitAsync().WaitAsync(StartTimeout);
        return (host._process.ExitCode, host.Output);
    }

    /// <summary>Starts <c>--services</c> and waits until it has written a text.</summary>
    public static async Task<HostProcess> StartServicesAsync(string text, params string[] arguments)
    {
        var host = new HostProcess(new Dictionary<string, string>(), ["--services", .. arguments], new Uri("http://127.0.0.1:1"));
        await host.WaitForLineAsync(text);
        return host;
    }

    /// <summary>Waits until it has written a text; fails when it ends before.</summary>
    public Task WaitForLineAsync(string text) => Eventually.TrueAsync(
        () =>
        {
            var written = Output.Contains(text, StringComparison.Ordinal);
            Assert.True(written || !_process.HasExited, $"The host has ended: {Output}");
            return Task.FromResult(written);
        },
        StartTimeout);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, SigTerm));
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
