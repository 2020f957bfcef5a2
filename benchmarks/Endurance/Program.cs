using Endurance.Faults;
using Endurance.Machine;
using Endurance.Node;
using Endurance.Scale;

namespace Endurance;

/// <summary>Tests the guarantees of DurableTask.PostgreSQL under faults and at scale.</summary>
internal static class Program
{
    private const string Usage =
        """
        Endurance faults [--only kill2|kill3|cut|pause|restart] [--kills 200] [--cuts 40] [--pauses 4] [--restarts 6] [--seed N]
                         [--postgres <connection string>]
        Endurance short  the same with fewer faults: less than a minute
        Endurance scale  [--only memory|adopt|step|nodes] [--waiting 100000] [--adopted 10000] [--filled 1000000] [--postgres <connection string>]

        Without --postgres it runs a PostgreSQL of its own in .atelier/endurance. With it, the server's own restarts are left out.
        Prints a table; the exit code is 1 when a promise is broken, 2 when it could not be tried out.
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["node", .. var settings])
        {
            return await NodeProgram.RunAsync(settings);
        }

        if (args is not [("faults" or "short" or "scale") and var verb, .. var rest] || CommandLine.Parse(rest) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            await using var server = await DatabaseServer.StartAsync(options.Text("postgres"));
            var kept = verb == "scale"
                ? await new ScaleRun(server, options).RunAsync()
                : await new FaultsRun(server, options, verb == "short" ? FaultCounts.Short : FaultCounts.Full).RunAsync();
            return kept ? 0 : 1;
        }
        catch (Exception exception) when (exception is EnduranceException or Npgsql.NpgsqlException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"It could not be tried out: {exception}");
            return 2;
        }
    }
}
