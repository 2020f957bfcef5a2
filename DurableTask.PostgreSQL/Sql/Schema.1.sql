-- Version 1 of a task hub. {hub} stands for the quoted name of its schema.

create table {hub}.instances (
    id                  text collate "C" primary key,
    -- Differs for each run that took over the id of one that had ended.
    run_id              uuid        not null,
    -- The framework's execution id: differs for each generation (continue-as-new, rewind).
    execution_id        text        not null,
    name                text        not null,
    version             text        not null default '',
    -- OrchestrationStatus of the framework: 0 running, 1 completed, 3 failed, 4 canceled, 5 terminated, 6 pending, 7 suspended.
    status              smallint    not null,
    input               text,
    output              text,
    custom_status       text,
    failure             text,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    completed_at        timestamptz,
    start_at            timestamptz,
    -- The node that holds the instance; null while it waits in the database.
    owner               bigint,
    -- When an instance without an owner is to be taken by a node; null: a message wakes it.
    wake_at             timestamptz,
    -- How many messages have come through the inbox.
    inbox_count         bigint      not null default 0,
    -- How many nodes died with the instance since its last checkpoint.
    dispatches          integer     not null default 0,
    parent_id           text collate "C",
    parent_execution_id text,
    parent_name         text,
    parent_version      text,
    parent_task         integer,
    tags                text,
    trace               text
) with (fillfactor = 80);
create index instances_ready on {hub}.instances (wake_at) where owner is null and wake_at is not null;
create index instances_owned on {hub}.instances (owner) where owner is not null;
create index instances_created_range on {hub}.instances using brin (created_at) with (pages_per_range = 32, autosummarize = on);
create index instances_parent on {hub}.instances (parent_id) where parent_id is not null;

-- A row holds the events of one checkpoint, or of several that were written together, as a JSON array.
create table {hub}.history (
    instance_id text collate "C" not null,
    seq         integer     not null,
    events      text        not null,
    primary key (instance_id, seq)
);

-- An event a row, for people and audits.
create view {hub}.history_events as
    select h.instance_id, h.seq + (e.n - 1)::integer as seq, (e.value ->> 'type')::smallint as type, (e.value ->> 'at')::timestamptz as at,
        (e.value ->> 'id')::integer as event_id, (e.value ->> 'task')::integer as task_id, e.value ->> 'name' as name, e.value ->> 'data' as data
    from {hub}.history h cross join json_array_elements(h.events::json) with ordinality e(value, n);

create table {hub}.inbox (
    id           bigint generated always as identity primary key,
    instance_id  text collate "C" not null,
    -- The generation that the message is for; null: for any.
    execution_id text,
    event        text        not null,
    at           timestamptz not null default clock_timestamp()
);
create index inbox_instance on {hub}.inbox (instance_id, id);

-- A new run under the id of one that has ended starts with an empty history and an empty inbox.
create function {hub}.forget_run() returns trigger language plpgsql as $$
begin
    delete from {hub}.history where instance_id = new.id;
    delete from {hub}.inbox where instance_id = new.id;
    return null;
end
$$;
create trigger instances_forget_run after update of run_id on {hub}.instances
    for each row when (old.run_id <> new.run_id) execute function {hub}.forget_run();

-- A node is a row with a number of its own. The row fences its commits: a node that was declared dead has none.
create table {hub}.nodes (
    id           bigint generated always as identity primary key,
    machine      text        not null,
    process_id   integer     not null,
    process_key  text        not null,
    started_at   timestamptz not null default clock_timestamp(),
    heartbeat_at timestamptz not null default clock_timestamp(),
    -- The number of its last commit, which shows whether a commit took place whose response was lost.
    commit_number bigint     not null default 0
) with (fillfactor = 10);

create function {hub}.fence(node bigint, number bigint) returns void language plpgsql as $$
begin
    update {hub}.nodes set commit_number = number, heartbeat_at = clock_timestamp() where id = node and commit_number < number;
    if not found then
        if exists (select 1 from {hub}.nodes where id = node) then
            raise exception 'commit % of node % took place', number, node using errcode = 'DT002';
        end if;
        raise exception 'node % was declared dead', node using errcode = 'DT001';
    end if;
end
$$;
