using System.Diagnostics;
using System.Text.Json;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A node in a process of its own, which a test can kill or pause.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    public static async Task<NodeProcess> StartAsync(NodeProcessSettings settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, typeof(NodeProcess).Assembly.GetName().Name!))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")) },
        };
        var process = new NodeProcess(Process.Start(start)!);
        await process._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
        await process._process.StandardInput.FlushAsync();
        if (await process._process.StandardOutput.ReadLineAsync() is not "ready")
        {
            throw new InvalidOperationException("The process of the node did not start.");
        }

        _ = process._process.StandardOutput.ReadToEndAsync();
        return process;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public PausedProcess Pause() => new(_process.Id);

    /// <summary>Waits for the process to end by itself.</summary>
    public Task ExitAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}

/// <summary>The settings of a node in a process of its own.</summary>
internal sealed record NodeProcessSettings(string ConnectionString, string Hub, int MaxDispatchCount);
