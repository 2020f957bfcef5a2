namespace EmbeddedFunctions.Engine.Storage;

/// <summary>The statements of a group commit.</summary>
internal sealed class CommitSql(string schema)
{
    /// <summary>That a message may set an instance going: one that is to begin later keeps its messages until then.</summary>
    public const string IsDue = "(i.start_at is null or i.started_at is not null or i.start_at <= $6)";

    private const string TakingOver =
        """
        on conflict (id) do update set execution_id = excluded.execution_id, name = excluded.name, version = excluded.version,
            status = excluded.status, input = excluded.input, output = null, custom_status = null, failure = null,
            created_at = excluded.created_at, updated_at = excluded.updated_at, completed_at = null,
            started_at = excluded.started_at, start_at = excluded.start_at, owner = excluded.owner, wake_at = excluded.wake_at,
            mail = 0, delivered_to = 0, parent_id = excluded.parent_id, parent_name = excluded.parent_name,
            parent_task = excluded.parent_task, tags = excluded.tags, trace_parent = excluded.trace_parent
            where i.status in (1, 3, 4, 5)
        returning i.execution_id
        """;

    /// <summary>Node, number of the commit. Fails the whole commit when the node was declared dead.</summary>
    public string Fence { get; } = $"select {schema}.fence($1, $2)";

    /// <summary>An id whose run has ended is taken over, its history and inbox forgotten by a trigger; one that still runs is not returned.</summary>
    public RowsStatement InsertInstances { get; } = RowsStatement.Of(17, rows =>
        $"""
        insert into {schema}.instances as i (id, execution_id, name, version, status, input, created_at, updated_at, started_at, start_at,
            owner, wake_at, parent_id, parent_name, parent_task, tags, trace_parent)
        select * from {rows} u
        {TakingOver}
        """);

    /// <summary>The same for what most are: on its own, begun by this node (the last parameter) as it is created.</summary>
    public RowsStatement InsertStarted { get; } = RowsStatement.Of(7, rows =>
        $"""
        insert into {schema}.instances as i (id, execution_id, name, version, status, input, created_at, updated_at, started_at, owner, trace_parent)
        select u.id, u.execution_id, u.name, u.version, 0, u.input, u.at, u.at, u.at, $8, u.trace_parent
        from {rows} u(id, execution_id, name, version, input, at, trace_parent)
        {TakingOver}
        """);

    /// <summary>Tells every node that instances wait in the database for one with room.</summary>
    public string AnnounceWork { get; } = "select pg_notify($1, 'r')";

    public string DeleteHistory { get; } = $"delete from {schema}.history where instance_id = any($1)";

    public RowsStatement InsertHistory { get; } = RowsStatement.Of(3, rows =>
        $"""
        insert into {schema}.history (instance_id, seq, events)
        select * from {rows} u
        """);

    public RowsStatement UpdateInstances { get; } = RowsStatement.Of(7, rows =>
        $"""
        update {schema}.instances i
        set status = u.status, output = u.output, custom_status = u.custom_status, failure = u.failure, updated_at = u.at,
            completed_at = case when u.ended then u.at end, owner = case when u.ended then null else i.owner end,
            wake_at = case when u.ended then null else i.wake_at end
        from {rows} u(id, status, output, custom_status, failure, at, ended)
        where i.id = u.id
        """);

    public RowsStatement RenewInstances { get; } = RowsStatement.Of(5, rows =>
        $"""
        update {schema}.instances i
        set input = u.input, version = u.version, started_at = u.started_at, updated_at = u.started_at, delivered_to = -u.carried,
            status = 0, output = null, custom_status = null
        from {rows} u(id, input, version, started_at, carried)
        where i.id = u.id
        """);

    public RowsStatement ReleaseInstances { get; } = RowsStatement.Of(4, rows =>
        $"""
        update {schema}.instances i
        set owner = null, wake_at = u.wake_at, delivered_to = u.delivered_to
        from {rows} u(id, wake_at, mail, delivered_to)
        where i.id = u.id and i.mail = u.mail
        returning i.id
        """);

    /// <summary>Also wakes whoever holds the receivers: their node by number, or all nodes when they wait in the database.</summary>
    /// <remarks>
    /// A receiver's row brings its messages along: the engine's connections join by nothing but keys, and to join messages and receivers without
    /// one would compare each with each, seconds for a parent that ends ten thousand children.
    /// </remarks>
    public string InsertInbox { get; } =
        $"""
        with m as (
            select id, array_agg(kind) kinds, array_agg(name) names, array_agg(data) datas, array_agg(task_id) tasks, array_agg(n) numbers
            from unnest($1, $2, $3, $4, $5) with ordinality u(id, kind, name, data, task_id, n) group by id),
        receivers as (
            update {schema}.instances i
            set mail = i.mail + 1, wake_at = case when i.owner is null and {IsDue} then $6 else i.wake_at end
            from m
            where i.id = m.id and i.status not in (1, 3, 4, 5)
            returning i.id, i.owner, m.kinds, m.names, m.datas, m.tasks, m.numbers),
        put as (
            insert into {schema}.inbox (instance_id, kind, name, data, task_id)
            select r.id, u.kind, u.name, u.data, u.task_id
            from receivers r cross join lateral unnest(r.kinds, r.names, r.datas, r.tasks, r.numbers) u(kind, name, data, task_id, n) order by u.n)
        select count(pg_notify($7, coalesce('m' || o.owner, 'r'))) from (select distinct owner from receivers) o
        """;

    public string DeleteInbox { get; } = $"delete from {schema}.inbox where id = any($1)";

    public string Purge { get; } =
        $"""
        with gone as (delete from {schema}.instances where id = any($1)),
        inbox as (delete from {schema}.inbox where instance_id = any($1))
        delete from {schema}.history where instance_id = any($1)
        """;

    /// <summary>The number of the node's last commit, to learn what became of one whose answer was lost.</summary>
    public string LastBatch { get; } = $"select batch from {schema}.nodes where id = $1";

    public string CreatedAmong { get; } = $"select execution_id from {schema}.instances where execution_id = any($1)";

    public string ReleasedAmong { get; } = $"select id from {schema}.instances where id = any($1) and owner is distinct from $2";
}
