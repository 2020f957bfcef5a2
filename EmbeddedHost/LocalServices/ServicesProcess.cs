using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace EmbeddedHost.LocalServices;

/// <summary>
/// The Node process that runs PostgreSQL and Azurite. It lives as long as its input is open: the system closes that when this
/// process ends, however it ends, so no process is left running.
/// </summary>
internal sealed class ServicesProcess : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    // Stopping takes Azurite up to 15 s and PostgreSQL, with much to write, up to 40 s before it is killed.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Action<string> _report;
    private readonly Channel<ServicesEvent> _milestones = Channel.CreateUnbounded<ServicesEvent>();
    private readonly Task _reading;

    private ServicesProcess(Process process, Action<string> report)
    {
        _process = process;
        _report = report;
        _reading = ReadAsync();
    }

    /// <summary>Completes when the process has ended.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts the process on a data folder, which this host must have taken.</summary>
    /// <exception cref="HostFailure">There is no Node.js.</exception>
    public static ServicesProcess Start(string dataFolder, Action<string> report)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "services", "services.mjs"));
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(dataFolder);
        try
        {
            return new ServicesProcess(Process.Start(start)!, report);
        }
        catch (Win32Exception exception)
        {
            throw new HostFailure(
                "Node.js 20 or newer is needed to run PostgreSQL and Azurite, and there is no 'node' on the PATH. "
                + "Install it, or set ConnectionStrings__Postgres and AzureWebJobsStorage.",
                exception);
        }
    }

    /// <summary>
    /// Waits until everything of the previous run has stopped and what is needed is installed. Only then are the ports of that run
    /// free again.
    /// </summary>
    /// <exception cref="HostFailure">It failed; the message has the reason.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => ExpectAsync("installed", cancellationToken);

    /// <summary>Starts the services and waits until all of them respond.</summary>
    /// <exception cref="HostFailure">One did not start; the message has the reason.</exception>
    public async Task RunAsync(ServicesPlan plan, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan, Json).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        await ExpectAsync("ready", cancellationToken);
    }

    /// <summary>Stops the services in order and waits until they have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var timeout = new CancellationTokenSource(StopsWithin);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ExpectAsync(string milestone, CancellationToken cancellationToken)
    {
        try
        {
            var next = await _milestones.Reader.ReadAsync(cancellationToken);
            if (next.Event != milestone) throw new HostFailure(next.Text ?? $"The local services did not start ({next.Event}).");
        }
        catch (ChannelClosedException exception)
        {
            throw new HostFailure("The process of the local services ended before they were ready.", exception);
        }
    }

    private async Task ReadAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var next = JsonSerializer.Deserialize<ServicesEvent>(line, Json)!;
            if (next.Event is "progress" or "notice") _report(next.Text!);
            else _milestones.Writer.TryWrite(next);
        }

        // A script that failed has written the reason to its error output: the line with the error is the one to show.
        var reason = (await errors).Split('\n').FirstOrDefault(line => line.Contains("Error", StringComparison.Ordinal));
        if (reason is not null) _milestones.Writer.TryWrite(new ServicesEvent("failed", $"The local services did not start: {reason.Trim()}"));
        _milestones.Writer.TryComplete();
    }

    private sealed record ServicesEvent(string Event, string? Text);
}
