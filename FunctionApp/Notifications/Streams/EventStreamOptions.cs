using Atelier.Configuration;

namespace Atelier.Notifications.Streams;

/// <summary>How streams behave, from <c>Events</c>.</summary>
public sealed record EventStreamOptions
{
    /// <summary>How often a comment line is sent, which keeps proxies from closing an idle stream. Default is 15 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After this time a stream is ended, and the client resumes it: hosts end an invocation that takes longer than their
    /// <c>functionTimeout</c>, some together with their whole process. <c>Events:StreamLifetime</c>, default is 4 min.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How soon a client reconnects; the <c>retry:</c> of every stream. Default is 2 s.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many events may wait for a reader; with more, its stream is closed. <c>Events:ReaderBuffer</c>, default is 256.
    /// </summary>
    public int ReaderBuffer { get; init; } = 256;

    /// <summary>How long one write may wait for a client that does not read, before its connection is cut. Default is 20 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">One is malformed or out of range.</exception>
    public static EventStreamOptions Read(IConfiguration configuration)
    {
        var defaults = new EventStreamOptions();
        return defaults with
        {
            Lifetime = configuration.ReadTimeSpan("Events:StreamLifetime", defaults.Lifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            ReaderBuffer = configuration.ReadInt32("Events:ReaderBuffer", defaults.ReaderBuffer, min: 1, max: 100_000),
        };
    }
}
