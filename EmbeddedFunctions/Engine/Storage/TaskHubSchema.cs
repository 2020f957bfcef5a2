using Npgsql;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>The tables of a task hub, made on first use.</summary>
internal static class TaskHubSchema
{
    /// <summary>SQLSTATE raised by <c>fence</c>: the node was declared dead and may write nothing more.</summary>
    public const string FencedSqlState = "AT001";

    /// <summary>SQLSTATE raised by <c>fence</c>: a commit of that number took place.</summary>
    public const string CommittedSqlState = "AT002";

    /// <summary>Creates what is missing. Safe when several nodes start at once.</summary>
    public static async Task EnsureAsync(NpgsqlDataSource dataSource, string schema, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using var command = new NpgsqlCommand(
            $"select pg_advisory_xact_lock(hashtextextended('{schema}', 4217));\n" + Script.Replace("{s}", schema, StringComparison.Ordinal),
            connection,
            transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <remarks>
    /// A node is fenced by its own row: each commit locks and touches it, and whoever declares the node dead deletes it. One row lock
    /// a commit therefore guards the appends of all instances in that commit.
    /// </remarks>
    private const string Script =
        """
        create schema if not exists {s};

        create table if not exists {s}.instances (
            id            text collate "C" primary key,
            execution_id  uuid        not null,
            name          text        not null,
            version       text        not null default '',
            status        smallint    not null,
            input         text,
            output        text,
            custom_status text,
            failure       text,
            created_at    timestamptz not null,
            updated_at    timestamptz not null,
            completed_at  timestamptz,
            started_at    timestamptz,
            start_at      timestamptz,
            owner         bigint,
            wake_at       timestamptz,
            mail          bigint      not null default 0,
            delivered_to  integer     not null default 0,
            parent_id     text collate "C",
            parent_name   text,
            parent_task   integer,
            tags          text,
            trace_parent  text
        ) with (fillfactor = 80);
        create index if not exists instances_ready on {s}.instances (wake_at) where owner is null and wake_at is not null;
        create index if not exists instances_owned on {s}.instances (owner) where owner is not null;
        create index if not exists instances_created_range on {s}.instances using brin (created_at) with (pages_per_range = 32, autosummarize = on);
        create index if not exists instances_parent on {s}.instances (parent_id) where parent_id is not null;

        create table if not exists {s}.history (
            instance_id text collate "C" not null,
            seq         integer     not null,
            type        smallint    not null,
            at          timestamptz not null,
            task_id     integer     not null,
            name        text,
            data        text,
            reference   text,
            primary key (instance_id, seq)
        );

        create table if not exists {s}.inbox (
            id          bigint generated always as identity primary key,
            instance_id text collate "C" not null,
            kind        smallint    not null,
            name        text,
            data        text,
            task_id     integer     not null,
            at          timestamptz not null default clock_timestamp()
        );
        create index if not exists inbox_instance on {s}.inbox (instance_id, id);

        create table if not exists {s}.nodes (
            id           bigint generated always as identity primary key,
            machine      text        not null,
            process_id   integer     not null,
            process_key  text        not null,
            started_at   timestamptz not null default clock_timestamp(),
            heartbeat_at timestamptz not null default clock_timestamp(),
            batch        bigint      not null default 0
        ) with (fillfactor = 10);

        create table if not exists {s}.timers (
            name         text primary key,
            last_at      timestamptz,
            next_at      timestamptz,
            updated_at   timestamptz not null default clock_timestamp()
        );

        create or replace function {s}.fence(node bigint, number bigint) returns void language plpgsql as $fence$
        begin
            update {s}.nodes set batch = number, heartbeat_at = clock_timestamp() where id = node and batch < number;
            if not found then
                if exists (select 1 from {s}.nodes where id = node) then
                    raise exception 'commit % of node % took place', number, node using errcode = 'AT002';
                end if;
                raise exception 'node % was declared dead', node using errcode = 'AT001';
            end if;
        end
        $fence$;
        """;
}
