using System.Globalization;
using Npgsql;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>Creates, upgrades and checks the schema of a task hub.</summary>
internal sealed class TaskHubSchema(NpgsqlDataSource dataSource, string taskHub, SqlText sql)
{
    /// <summary>SQLSTATE raised by <c>fence</c>: the node was declared dead and may write nothing more.</summary>
    public const string FencedSqlState = "DT001";

    /// <summary>SQLSTATE raised by <c>fence</c>: a commit of that number took place.</summary>
    public const string CommittedSqlState = "DT002";

    /// <summary>The version that this library reads and writes.</summary>
    public const int CurrentVersion = 1;

    private readonly string _schema = SqlText.QuoteIdentifier(taskHub);

    /// <summary>Creates the hub or brings it up to date. Safe when several nodes start at once.</summary>
    /// <exception cref="TaskHubSchemaException">The schema is of another kind or of a later version.</exception>
    public async Task CreateOrUpgradeAsync(CancellationToken cancellationToken)
    {
        if (await FindVersionAsync(cancellationToken) == CurrentVersion)
        {
            return;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("select pg_advisory_xact_lock(hashtextextended($1, 4217))", taskHub);
        await ExecuteAsync($"create schema if not exists {_schema}");
        await ExecuteAsync(
            $"create table if not exists {_schema}.schema_version (version integer primary key, applied_at timestamptz not null default clock_timestamp())");
        var version = await ReadVersionAsync(connection, cancellationToken);
        Check(version);
        for (var next = version + 1; next <= CurrentVersion; next++)
        {
            await ExecuteAsync(sql.Script(next));
            await ExecuteAsync($"insert into {_schema}.schema_version (version) values ({next.ToString(CultureInfo.InvariantCulture)})");
        }

        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string text, string? parameter = null)
        {
            await using var command = new NpgsqlCommand(text, connection, transaction);
            if (parameter is not null)
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parameter });
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Checks that the hub is there and of the version that this library works with.</summary>
    /// <exception cref="TaskHubSchemaException">It is not.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var version = await FindVersionAsync(cancellationToken);
        if (version is not { } found || found < CurrentVersion)
        {
            throw new TaskHubSchemaException(
                $"Task hub '{taskHub}' has {(version is null ? "no schema" : $"a schema of version {version}")}; this version of the library needs "
                + $"version {CurrentVersion}. Start one node with CreateSchema and a role that may create tables, or call CreateIfNotExistsAsync.");
        }
    }

    /// <summary>Drops the hub with all that it holds.</summary>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"drop schema if exists {_schema} cascade");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int?> FindVersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select coalesce(bool_or(c.relname = 'instances'), false), coalesce(bool_or(c.relname = 'schema_version'), false)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = taskHub });
        bool hasInstances, hasVersion;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (hasInstances, hasVersion) = (reader.GetBoolean(0), reader.GetBoolean(1));
        }

        if (hasInstances && !hasVersion)
        {
            throw new TaskHubSchemaException(
                $"Schema '{taskHub}' holds a task hub of the unreleased version before this library. Let that version finish its orchestrations, "
                + $"then drop it (drop schema {_schema} cascade) or choose another task hub.");
        }

        if (!hasVersion)
        {
            return null;
        }

        var version = await ReadVersionAsync(connection, cancellationToken);
        Check(version);
        return version;
    }

    private async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select coalesce(max(version), 0) from {_schema}.schema_version", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private void Check(int version)
    {
        if (version > CurrentVersion)
        {
            throw new TaskHubSchemaException(
                $"Task hub '{taskHub}' has a schema of version {version}; this version of the library knows versions up to {CurrentVersion}. Update it.");
        }
    }
}
