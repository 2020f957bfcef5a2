using Atelier.Configuration;
using DurableTask.PostgreSQL;

namespace EmbeddedHost;

/// <summary>One command that runs Atelier with everything it needs.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int Interrupted = 130; // 128 and the number of SIGINT, as shells count

    internal static async Task<int> Main(string[] args)
    {
        DotnetRun.EndWithIt();
        using var signals = new StopSignals();
        try
        {
            if (args is [KeysRun.Verb, ..]) return await KeysRun.RunAsync(args, signals.Token);

            var arguments = HostArguments.Parse(args, Environment.CurrentDirectory);
            if (arguments.Help)
            {
                Console.WriteLine(HostArguments.Usage);
                return 0;
            }

            if (arguments.ServicesOnly) await ServicesRun.RunAsync(arguments, signals.Token);
            else await AppRun.RunAsync(arguments, signals.Token);
            return 0;
        }
        catch (Exception failure) when (failure is HostFailure or StartException or TaskHubSchemaException or TaskHubUnavailableException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return Failed;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return Interrupted;
        }
    }
}
