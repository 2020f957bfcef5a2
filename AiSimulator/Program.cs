namespace AiSimulator;

/// <summary>The executable: options from <c>Simulator__*</c> variables and the command line, on a fixed loopback port.</summary>
internal static class Program
{
    private const string DefaultUrl = "http://127.0.0.1:7081";

    private static async Task<int> Main(string[] args)
    {
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
            var options = configuration.GetSection("Simulator").Get<SimulatorOptions>() ?? new SimulatorOptions();

            await using var app = SimulatorApp.Create(args, options, configuration["urls"] ?? DefaultUrl, ownsProcess: true);
            await app.StartAsync();
            await Console.Out.WriteLineAsync($"AiSimulator listens at {string.Join(", ", app.Urls)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IOException)
        {
            // A setting that cannot be read, or an address that is taken: one line names it.
            await Console.Error.WriteLineAsync($"AiSimulator does not start: {e.Message}");
            return 1;
        }
    }
}
