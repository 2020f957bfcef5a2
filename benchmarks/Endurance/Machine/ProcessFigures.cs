using System.Globalization;

namespace Endurance.Machine;

/// <summary>The system's figures of a process (proc(5)).</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>Memory that the process holds now, in MB of 10⁶ bytes.</summary>
    public static double ResidentMegabytes(int processId) => Kilobytes(processId, "VmRSS:") * 1.024e-3;

    /// <summary>The most memory that it ever held, in MB.</summary>
    public static double PeakMegabytes(int processId) => Kilobytes(processId, "VmHWM:") * 1.024e-3;

    /// <summary>Processor time that it has used, in user and kernel mode.</summary>
    public static TimeSpan Cpu(int processId)
    {
        var fields = Stat(processId);
        return TimeSpan.FromSeconds((double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    public static int Parent(int processId) => int.Parse(Stat(processId)[1], CultureInfo.InvariantCulture);

    /// <summary>Processor time of a process and of all that it started and that still runs, with what its ended children used.</summary>
    public static TimeSpan CpuOfFamily(int processId)
    {
        var total = Cpu(processId);
        var ended = Stat(processId);
        total += TimeSpan.FromSeconds((double.Parse(ended[13], CultureInfo.InvariantCulture) + double.Parse(ended[14], CultureInfo.InvariantCulture)) / TicksPerSecond);
        foreach (var child in File.ReadAllText($"/proc/{processId}/task/{processId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                total += Cpu(int.Parse(child, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It ended between the two reads.
            }
        }

        return total;
    }

    /// <remarks>The fields from the third one, the state: the name before it may contain anything.</remarks>
    private static string[] Stat(int processId)
    {
        var text = File.ReadAllText($"/proc/{processId}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Kilobytes(int processId, string field)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
