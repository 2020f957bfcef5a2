using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>
/// Empties the pool when a statement finds the database read-only: a session that began while it was read-only by default stays so after that is over.
/// </summary>
internal sealed class ReadOnlySessions(NpgsqlDataSource dataSource) : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Check(dataSource, eventData.Exception);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Check(dataSource, eventData.Exception);
        return Task.CompletedTask;
    }

    /// <summary>Empties the pool if an exception says that the database is read-only.</summary>
    public static void Check(NpgsqlDataSource dataSource, Exception exception)
    {
        if (exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            dataSource.Clear();
    }
}
