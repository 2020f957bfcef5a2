using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Endurance.Machine;

/// <summary>
/// A new PostgreSQL server, which EmbeddedHost's script for local services installs, starts, and starts again when it ends by itself. It lives as
/// long as the script's input is open: no process is left running, however this process ends.
/// </summary>
internal sealed class LocalPostgres : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(60);

    private readonly Process _script;
    private readonly string _folder;

    private LocalPostgres(Process script, string folder, string connectionString)
    {
        _script = script;
        _folder = folder;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    /// <summary>The process id of the server, which changes when it is started again.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_folder, "postgres", "data", "postmaster.pid")).First());

    /// <summary>The process that starts the server again.</summary>
    public int SupervisorProcessId => _script.Id;

    /// <summary>Starts the script, and a server whose data of the previous run is deleted.</summary>
    /// <param name="scripts">The folder of <c>services.mjs</c>.</param>
    /// <param name="folder">Where the server and its programs are kept.</param>
    /// <exception cref="EnduranceException">It did not start; the message has the reason.</exception>
    public static async Task<LocalPostgres> StartAsync(string scripts, string folder)
    {
        var script = Start(scripts, folder);
        try
        {
            await ExpectAsync(script, "installed");
            var old = Path.Combine(folder, "postgres");
            if (Directory.Exists(old))
            {
                Directory.Delete(old, recursive: true);
            }

            var port = Ports.Free();
            var password = RandomNumberGenerator.GetHexString(32);
            await script.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { postgres = new { port, password } }));
            await script.StandardInput.FlushAsync();
            await ExpectAsync(script, "ready");
            _ = script.StandardOutput.ReadToEndAsync();
            return new LocalPostgres(script, folder, $"Host=127.0.0.1;Port={port};Database=atelier;Username=atelier;Password={password}");
        }
        catch
        {
            script.StandardInput.Close();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopsWithin);
        await _script.WaitForExitAsync(limit.Token);
        _script.Dispose();
    }

    private static Process Start(string scripts, string folder)
    {
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(scripts, "services.mjs"));
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(folder);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new EnduranceException($"Node.js 20 or newer is needed to start PostgreSQL: {exception.Message}");
        }
    }

    /// <summary>Reads the script's lines up to the expected event.</summary>
    private static async Task ExpectAsync(Process script, string milestone)
    {
        while (await script.StandardOutput.ReadLineAsync() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var name = json.RootElement.GetProperty("event").GetString();
            if (name == milestone)
            {
                return;
            }

            var text = json.RootElement.TryGetProperty("text", out var words) ? words.GetString() : null;
            if (name == "failed")
            {
                throw new EnduranceException($"PostgreSQL did not start: {text}");
            }

            Console.WriteLine(text);
        }

        throw new EnduranceException("The script that starts PostgreSQL ended before it did.");
    }
}
