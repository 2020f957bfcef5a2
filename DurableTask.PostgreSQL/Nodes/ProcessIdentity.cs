using System.Diagnostics;

namespace DurableTask.PostgreSQL.Nodes;

/// <summary>Which process on which machine a node is, so that no node waits for a process that is known to be dead.</summary>
/// <param name="Machine">The machine, its boot and its process name space, where the system shows them.</param>
/// <param name="ProcessId">The process number.</param>
/// <param name="ProcessKey">When the process began: a process number can be used again.</param>
internal sealed record ProcessIdentity(string Machine, int ProcessId, string ProcessKey)
{
    public static ProcessIdentity Current() => new(
        $"{Environment.MachineName}/{Boot()}/{ProcessNamespace()}",
        Environment.ProcessId,
        OperatingSystem.IsLinux() && KeyOf(Environment.ProcessId) is { } key ? key : StartOfThisProcess());

    /// <summary>Whether the process of <paramref name="other"/> is certainly gone. <see langword="false"/> where that cannot be known.</summary>
    public bool IsKnownDead(ProcessIdentity other) =>
        OperatingSystem.IsLinux()
        && string.Equals(other.Machine, Machine, StringComparison.Ordinal)
        && ShowsAllProcesses()
        && !string.Equals(KeyOf(other.ProcessId), other.ProcessKey, StringComparison.Ordinal);

    /// <returns><see langword="null"/> where there is no such process.</returns>
    private static string? KeyOf(int processId)
    {
        try
        {
            // Field 22 of /proc/<pid>/stat is the start time in clock ticks since boot (proc(5)); the name before it may contain spaces.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Other users' processes can be hidden (hidepid, proc(5)); init is always there.
    private static bool ShowsAllProcesses() => File.Exists("/proc/1/stat");

    private static string StartOfThisProcess()
    {
        using var self = Process.GetCurrentProcess();
        return self.StartTime.ToUniversalTime().ToString("O");
    }

    private static string Boot() => ReadOrEmpty("/proc/sys/kernel/random/boot_id");

    private static string ProcessNamespace()
    {
        var link = new FileInfo("/proc/self/ns/pid");
        return link.LinkTarget ?? string.Empty;
    }

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : string.Empty;
}
