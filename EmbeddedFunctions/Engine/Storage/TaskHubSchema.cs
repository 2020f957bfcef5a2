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

        -- A row was an event once: all of an instance become its first row.
        do $migrate$
        begin
            if exists (select from information_schema.columns where table_schema = '{s}' and table_name = 'history' and column_name = 'type') then
                alter table {s}.history rename to history_before;
                alter index {s}.history_pkey rename to history_before_pkey;
                create table {s}.history as
                    select instance_id, 0 as seq,
                        json_agg(json_strip_nulls(json_build_object(
                            'type', type, 'at', at, 'task', nullif(task_id, -1), 'name', name, 'data', data, 'reference', reference)) order by seq)::text as events
                    from {s}.history_before group by instance_id;
                alter table {s}.history alter column events set not null, add primary key (instance_id, seq);
                drop table {s}.history_before;
            end if;
        end
        $migrate$;

        create table if not exists {s}.history (
            instance_id text collate "C" not null,
            seq         integer     not null,
            events      text        not null,
            primary key (instance_id, seq)
        );

        create or replace view {s}.history_events as
            select h.instance_id, h.seq + (e.n - 1)::integer as seq, (e.value ->> 'type')::smallint as type, (e.value ->> 'at')::timestamptz as at,
                coalesce((e.value ->> 'task')::integer, -1) as task_id, e.value ->> 'name' as name, e.value ->> 'data' as data,
                e.value ->> 'reference' as reference
            from {s}.history h cross join json_array_elements(h.events::json) with ordinality e(value, n);

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

        -- A new run under an old id has nothing of the run before.
        create or replace function {s}.forget() returns trigger language plpgsql as $forget$
        begin
            delete from {s}.history where instance_id = new.id;
            delete from {s}.inbox where instance_id = new.id;
            return null;
        end
        $forget$;
        create or replace trigger instances_forget after update of execution_id on {s}.instances
            for each row when (old.execution_id <> new.execution_id) execute function {s}.forget();

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
