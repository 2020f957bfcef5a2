using System.Diagnostics;

namespace EmbeddedFunctions.Engine.Nodes;

/// <summary>Which process on which machine a node is, so that a process known to be dead is not waited for.</summary>
/// <param name="Machine">The machine, its boot and its process name space, where the system tells them.</param>
/// <param name="ProcessId">The process number.</param>
/// <param name="ProcessKey">When the process began: a number that is used again does not stand for the same process.</param>
internal sealed record MachineIdentity(string Machine, int ProcessId, string ProcessKey)
{
    public static MachineIdentity Current()
    {
        using var self = Process.GetCurrentProcess();
        return new MachineIdentity($"{Environment.MachineName}/{Boot()}/{ProcessNamespace()}", Environment.ProcessId, KeyOf(self));
    }

    /// <summary>Whether the process of <paramref name="other"/> is certainly gone. <see langword="false"/> where that cannot be known.</summary>
    public bool IsKnownDead(MachineIdentity other)
    {
        if (!OperatingSystem.IsLinux() || !string.Equals(other.Machine, Machine, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(other.ProcessId);
            return !string.Equals(KeyOf(process), other.ProcessKey, StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string KeyOf(Process process)
    {
        // Field 22 of /proc/<pid>/stat is the start time in clock ticks since boot (proc(5)); the name before it may contain spaces.
        var stat = $"/proc/{process.Id}/stat";
        if (File.Exists(stat))
        {
            try
            {
                var text = File.ReadAllText(stat);
                return text[(text.LastIndexOf(')') + 2)..].Split(' ')[19];
            }
            catch (IOException exception)
            {
                throw new InvalidOperationException($"Process {process.Id} has ended.", exception);
            }
        }

        return process.StartTime.ToUniversalTime().ToString("O");
    }

    private static string Boot() => ReadOrEmpty("/proc/sys/kernel/random/boot_id");

    private static string ProcessNamespace()
    {
        var link = new FileInfo("/proc/self/ns/pid");
        return link.LinkTarget ?? string.Empty;
    }

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : string.Empty;
}
