using Npgsql;

namespace Atelier.Persistence;

/// <summary>Distinguishes a short outage of the database from an error that will not pass.</summary>
internal static class TransientFailure
{
    /// <summary>Whether the same command may succeed a little later: no connection, a restart, too many clients, a deadlock.</summary>
    public static bool Is(Exception exception)
    {
        // Entity Framework wraps what the driver throws, sometimes twice.
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException { IsTransient: true })
                return true;
        }
        return false;
    }
}
