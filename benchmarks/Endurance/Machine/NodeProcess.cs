using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Endurance.Machine;

/// <summary>One node: a process of this program with the verb <c>node</c>.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TextWriter _log;
    private readonly HttpClient _http;

    private NodeProcess(string name, Process process, TextWriter log, Uri address)
    {
        Name = name;
        _process = process;
        _log = log;
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        ProcessId = process.Id;
    }

    /// <summary>Unique among the processes of the run: executions are recorded under it.</summary>
    public string Name { get; }

    public int ProcessId { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the process; it is not ready yet.</summary>
    public static NodeProcess Start(string name, NodeSettings settings)
    {
        var address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(DatabaseServer.DataDirectory, "nodes")).FullName,
        };
        start.ArgumentList.Add("node");
        start.ArgumentList.Add($"--urls={address}");
        start.Environment["ConnectionStrings__Postgres"] = settings.Database;
        start.Environment["Endurance__Node"] = name;
        Set(start, "Endurance__LeaseSeconds", settings.LeaseSeconds);
        Set(start, "Endurance__IdleSeconds", settings.IdleSeconds);
        Set(start, "Endurance__Activities", settings.Activities);
        Set(start, "Endurance__Orchestrations", settings.Orchestrations);
        var log = new StreamWriter(Path.Combine(start.WorkingDirectory, $"{name}.log"), append: false) { AutoFlush = true };
        var lines = TextWriter.Synchronized(log);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => lines.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => lines.WriteLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new NodeProcess(name, process, lines, address);
    }

    /// <summary>Waits until it responds. <see langword="false"/>: it ended before it did.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public async Task<bool> IsReadyAsync()
    {
        await Until.TrueAsync(async () => HasEnded || await RespondsAsync(), StartsWithin, $"node {Name} to start");
        return !HasEnded;
    }

    /// <returns>The response's status; <see langword="null"/> when there was none, so that the outcome of the request is unknown.</returns>
    public async Task<HttpStatusCode?> PostAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content: null, cancellationToken);
            return response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Sends a request that must be accepted.</summary>
    public async Task DemandAsync(string path)
    {
        var status = await PostAsync(path);
        if (status is not HttpStatusCode.Accepted)
        {
            throw new EnduranceException($"Node {Name} responded to {path} with {status?.ToString() ?? "nothing"}: see its log.");
        }
    }

    public void Signal(int signal) => Signals.Send(ProcessId, signal);

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!HasEnded)
        {
            _process.Kill();
            using var limit = new CancellationTokenSource(EndsWithin);
            await _process.WaitForExitAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private async Task<bool> RespondsAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var response = await _http.GetAsync(new Uri("ready", UriKind.Relative), limit.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static void Set(ProcessStartInfo start, string name, int? value)
    {
        if (value is { } number)
        {
            start.Environment[name] = number.ToString();
        }
    }
}
