using System.Globalization;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>The section <c>storageProvider</c> of <c>host.json</c>.</summary>
internal sealed class StorageSettings
{
    public const string Section = "extensions/durableTask/storageProvider";

    private static readonly Dictionary<string, Action<StorageSettings, Value>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["type"] = (_, _) => { },
        ["connectionStringName"] = (s, v) => s.ConnectionStringName = v.Text(),
        ["schema"] = (s, v) => s.Service.TaskHub = v.Text(50),
        ["createSchema"] = (s, v) => s.Service.CreateSchema = v.Flag(),
        ["maxConcurrentActivities"] = (s, v) => s.Service.MaxConcurrentActivities = v.Number(1, 100_000),
        ["maxLiveOrchestrations"] = (s, v) => s.Service.MaxLiveOrchestrations = v.Number(1, 1_000_000),
        ["maxConnections"] = (s, v) => s.Service.MaxConnections = v.Number(4, 100),
        ["maxPayloadBytes"] = (s, v) => s.Service.MaxPayloadBytes = v.Number(1024, 256 * 1024 * 1024),
        ["heartbeatInterval"] = (s, v) => s.Service.HeartbeatInterval = v.Time(TimeSpan.FromMilliseconds(100)),
        ["lease"] = (s, v) => s.Service.Lease = v.Time(TimeSpan.FromMilliseconds(200)),
        ["reconnectGrace"] = (s, v) => s.Service.ReconnectGrace = v.Time(TimeSpan.FromMilliseconds(100)),
        ["sweepInterval"] = (s, v) => s.Service.SweepInterval = v.Time(TimeSpan.FromMilliseconds(100)),
        ["drainTimeout"] = (s, v) => s.Service.DrainTimeout = v.Time(TimeSpan.Zero),
        ["maxDispatchCount"] = (s, v) => s.Service.MaxDispatchCount = v.Number(1, 1000),
    };

    public PostgreSqlOrchestrationServiceOptions Service { get; } = new();

    public string ConnectionStringName { get; set; } = "Postgres";

    /// <summary>The names that the section may have.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <exception cref="InvalidOperationException">A name is unknown, or a value is none or out of range.</exception>
    public static StorageSettings Read(DurableTaskOptions options)
    {
        var settings = new StorageSettings();
        settings.Service.TaskHub = options.HubName;
        settings.Service.MaxConcurrentActivities = options.MaxConcurrentActivityFunctions ?? settings.Service.MaxConcurrentActivities;
        settings.Service.MaxLiveOrchestrations = options.MaxConcurrentOrchestratorFunctions ?? settings.Service.MaxLiveOrchestrations;
        if (options.ExtendedSessionsEnabled)
        {
            settings.Service.ExtendedSessionIdleTimeout = TimeSpan.FromSeconds(options.ExtendedSessionIdleTimeoutInSeconds);
        }

        foreach (var (name, value) in options.StorageProvider)
        {
            if (!Known.TryGetValue(name, out var read))
            {
                throw new InvalidOperationException(
                    $"host.json, {Section}: '{name}' is not a setting of the PostgreSQL storage provider. Did you mean '{NearestName.Of(name, Names)}'?");
            }

            read(settings, new Value(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
        }

        return settings;
    }

    /// <summary>A value of the section, which arrives as text.</summary>
    private readonly record struct Value(string Name, string Content)
    {
        public string Text(int max = int.MaxValue) => Content.Length > 0 && Content.Length <= max
            ? Content
            : throw Refuse(max == int.MaxValue ? "a text" : string.Create(CultureInfo.InvariantCulture, $"a text of 1 to {max} characters"));

        public bool Flag() => bool.TryParse(Content, out var flag) ? flag : throw Refuse("true or false");

        public int Number(int min, int max) =>
            int.TryParse(Content, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                ? number
                : throw Refuse(string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));

        public TimeSpan Time(TimeSpan min) =>
            TimeSpan.TryParseExact(Content, "c", CultureInfo.InvariantCulture, out var time) && time >= min && time <= TimeSpan.FromHours(1)
                ? time
                : throw Refuse($"a time from {min:c} to 01:00:00, such as 00:00:06");

        private InvalidOperationException Refuse(string expected) =>
            new($"host.json, {Section}/{Name}: '{Content}' is not {expected}.");
    }
}
