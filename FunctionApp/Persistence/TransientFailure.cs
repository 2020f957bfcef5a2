using Npgsql;

namespace Atelier.Persistence;

/// <summary>Distinguishes a database that is away, busy, read-only or full from a statement that cannot succeed.</summary>
internal static class TransientFailure
{
    /// <summary>
    /// Whether the same statement may succeed later. Everything is an outage that is not known to be the statement's own error: of its data (SQLSTATE classes
    /// 22 and 23, 54000), of the schema, or of a missing right (42, 0A, 3F; PostgreSQL documentation, appendix A).
    /// </summary>
    public static bool Is(Exception exception)
    {
        // Entity Framework wraps what the driver throws, sometimes twice.
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { SqlState: var state }:
                    return state is not "54000" && state[..2] is not ("22" or "23" or "42" or "0A" or "3F");
                case NpgsqlOperationInProgressException:
                    return false;
                // A connection that is cut in the middle of a query is disposed of under it.
                case NpgsqlException or ObjectDisposedException { Source: "Npgsql" }:
                    return true;
                default:
                    continue;
            }
        }

        return false;
    }
}
