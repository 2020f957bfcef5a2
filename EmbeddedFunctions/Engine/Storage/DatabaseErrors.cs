using System.Net.Sockets;
using Npgsql;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>Tells a database that is away from one that refuses what it was given.</summary>
internal static class DatabaseErrors
{
    /// <summary>Whether the same request can succeed later: the server is down, starting, stopping, full or was cut off.</summary>
    public static bool IsOutage(Exception exception) => exception switch
    {
        // Classes 08 (connection), 53 (resources), 57P (operator intervention), 40 (rollback by conflict), 25P03 (idle in transaction).
        PostgresException { SqlState: var state } => state.StartsWith("08", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal)
            || state.StartsWith("40", StringComparison.Ordinal)
            || string.Equals(state, "25P03", StringComparison.Ordinal),
        NpgsqlException => true,
        SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };
}
