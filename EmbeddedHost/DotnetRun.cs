using System.Diagnostics;
using System.Globalization;

namespace EmbeddedHost;

/// <summary>
/// Ties the host to the <c>dotnet run</c> that started it. Killed with SIGKILL, <c>dotnet run</c> leaves its child running, and the
/// orphaned host would keep the port and the data folder from the next start.
/// </summary>
internal static class DotnetRun
{
    private const int KilledExitCode = 137; // 128 and the number of SIGKILL, as shells count

    /// <summary>Ends this process as soon as the <c>dotnet run</c> above it is gone. Does nothing where there is none.</summary>
    public static void EndWithIt()
    {
        if (!OperatingSystem.IsLinux() || FindParent() is not { } parent) return;
        _ = Task.Run(async () =>
        {
            await parent.WaitForExitAsync();
            Environment.Exit(KilledExitCode);
        });
    }

    private static Process? FindParent()
    {
        try
        {
            // proc_pid_stat(5): after the name in parentheses come the state and the parent's process id.
            var stat = File.ReadAllText("/proc/self/stat");
            var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            var command = File.ReadAllText($"/proc/{parent}/cmdline").Split('\0');
            var isDotnetRun = Path.GetFileName(command[0]) == "dotnet" && command.Contains("run");
            return isDotnetRun ? Process.GetProcessById(parent) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // The parent has ended already, or the system does not show it.
        }
    }
}
