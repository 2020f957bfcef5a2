using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Endurance.Machine;

/// <summary>Signals to processes, by the numbers they have on Linux (signal(7)).</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <exception cref="Win32Exception">There is no such process, or it belongs to somebody else.</exception>
    public static void Send(int processId, int signal)
    {
        if (NativeKill(processId, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeKill(int processId, int signal);
}
