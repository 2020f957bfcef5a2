-- The statements of a group commit. {rows} stands for the rows that a statement takes: arrays, or the values of a single row.

-- name: Fence
-- $1 node, $2 number of the commit
select {hub}.fence($1, $2)

-- name: InsertInstances
-- $1 to $19 columns. An id whose run has ended is taken over. An id in use is not returned; a parent gets a failure instead of the child.
with new as (
    select * from {rows} n(id, run_id, execution_id, name, version, status, input, created_at, start_at, owner, waits,
        parent_id, parent_execution_id, parent_name, parent_version, parent_task, tags, trace, refusal)),
created as (
    insert into {hub}.instances as i (id, run_id, execution_id, name, version, status, input, created_at, updated_at, start_at, owner, wake_at,
        parent_id, parent_execution_id, parent_name, parent_version, parent_task, tags, trace)
    select id, run_id, execution_id, name, version, status, input, created_at, created_at, start_at, owner,
        case when waits then coalesce(start_at, clock_timestamp()) end,
        parent_id, parent_execution_id, parent_name, parent_version, parent_task, tags, trace from new
    {take_over}),
refused as (
    select * from new where refusal is not null and run_id not in (select run_id from created)),
parents as (
    update {hub}.instances p set inbox_count = p.inbox_count + r.n
    from (select parent_id, count(*) n from refused group by parent_id) r
    where p.id = r.parent_id returning p.id),
put as (
    insert into {hub}.inbox (instance_id, execution_id, event)
    select r.parent_id, r.parent_execution_id, r.refusal from refused r join parents p on p.id = r.parent_id)
select run_id from created

-- name: InsertStarted
-- $1 to $8 columns, $9 node, $10 number of the commit. The same for most instances: on its own, started by this node as it is created. It has the
-- fence in it.
with fence as materialized (select {hub}.fence($9, $10))
insert into {hub}.instances as i (id, run_id, execution_id, name, version, status, input, created_at, updated_at, owner, trace)
select u.id, u.run_id, u.execution_id, u.name, u.version, 0, u.input, u.at, u.at, $9, u.trace
from {rows} u(id, run_id, execution_id, name, version, input, at, trace), fence
{take_over}

-- name: TakeOver
on conflict (id) do update set run_id = excluded.run_id, execution_id = excluded.execution_id, name = excluded.name, version = excluded.version,
    status = excluded.status, input = excluded.input, output = null, custom_status = null, failure = null,
    created_at = excluded.created_at, updated_at = excluded.updated_at, completed_at = null,
    start_at = excluded.start_at, owner = excluded.owner, wake_at = excluded.wake_at,
    inbox_count = 0, dispatches = 0, parent_id = excluded.parent_id, parent_execution_id = excluded.parent_execution_id,
    parent_name = excluded.parent_name, parent_version = excluded.parent_version, parent_task = excluded.parent_task,
    tags = excluded.tags, trace = excluded.trace
    where i.status in (1, 3, 4, 5)
returning i.run_id

-- name: AnnounceWork
-- $1 channel
select pg_notify($1, 'r')

-- name: DeleteHistory
delete from {hub}.history where instance_id = any($1)

-- name: InsertHistory
-- $1 id, $2 seq, $3 events
insert into {hub}.history (instance_id, seq, events)
select * from {rows} u

-- name: UpdateInstances
-- $1 to $7 columns. What has ended stays as it is, unless another generation took its place in the same commit.
update {hub}.instances i
set {set_instance}
from {rows} u(id, status, output, custom_status, failure, at, ended)
where i.id = u.id and i.status not in (1, 3, 4, 5)

-- name: SetInstance
status = u.status, output = u.output, custom_status = u.custom_status, failure = u.failure, updated_at = u.at, dispatches = 0,
    completed_at = case when u.ended then u.at end, owner = case when u.ended then null else i.owner end,
    wake_at = case when u.ended then null else i.wake_at end

-- name: Checkpoint
-- $1 to $3 columns of InsertHistory, $4 to $10 columns of UpdateInstances, $11 node, $12 number of the commit. Most commits: the fence and both of
-- these in one statement.
with fence as materialized (select {hub}.fence($11, $12)),
events as (
    insert into {hub}.history (instance_id, seq, events)
    select h.* from {rows} h(id, seq, events), fence)
update {hub}.instances i
set {set_instance}
from {updates} u(id, status, output, custom_status, failure, at, ended), fence
where i.id = u.id and i.status not in (1, 3, 4, 5)

-- name: RenewInstances
-- $1 to $6 columns. Another generation of the same run.
update {hub}.instances i
set execution_id = u.execution_id, input = u.input, version = u.version, tags = u.tags, updated_at = u.at,
    status = 0, output = null, custom_status = null, failure = null, completed_at = null
from {rows} u(id, execution_id, input, version, tags, at)
where i.id = u.id

-- name: ReleaseInstances
-- $1 id, $2 seconds until it is to be taken, $3 count of inbox messages that the node knows. A row with another count stays the node's.
update {hub}.instances i
set owner = null, wake_at = clock_timestamp() + make_interval(secs => u.wake_in), dispatches = 0
from {rows} u(id, wake_in, inbox_count)
where i.id = u.id and i.inbox_count = u.inbox_count
returning i.id

-- name: InsertInbox
-- $1 receiver, $2 execution id, $3 event, $4 whether it is a rewind, $5 channel. Wakes the receivers' nodes by number, or all nodes where a
-- receiver waits in the database. An ended instance takes nothing, except that a failed one takes a rewind.
-- A receiver's row brings its messages along: the commit's connection joins by keys alone, and without one it would compare each message with
-- each receiver.
with m as (
    select id, array_agg(execution_id) executions, array_agg(event) events, array_agg(n) numbers, bool_or(rewind) rewind
    from unnest($1, $2, $3, $4) with ordinality u(id, execution_id, event, rewind, n) group by id),
receivers as (
    update {hub}.instances i
    set inbox_count = i.inbox_count + 1,
        wake_at = case when i.owner is null and {is_due} then clock_timestamp() else i.wake_at end{to_rewind}
    from m
    where i.id = m.id and (i.status not in (1, 3, 4, 5) or (i.status = 3 and m.rewind))
    returning i.id, i.owner, m.executions, m.events, m.numbers),
put as (
    insert into {hub}.inbox (instance_id, execution_id, event)
    select r.id, u.execution_id, u.event
    from receivers r cross join lateral unnest(r.executions, r.events, r.numbers) u(execution_id, event, n) order by u.n)
select count(pg_notify($5, coalesce('m' || o.owner, 'r'))) from (select distinct owner from receivers) o

-- name: IsDue
-- A message sets an instance going, unless it is scheduled for later: that one keeps its messages until then.
(i.start_at is null or i.status <> 6 or i.start_at <= clock_timestamp())

-- name: ToRewind
-- A failed instance takes nothing but a rewind, and is pending from then on.
, status = case when i.status = 3 then 6 else i.status end, output = case when i.status = 3 then null else i.output end,
    failure = case when i.status = 3 then null else i.failure end, completed_at = case when i.status = 3 then null else i.completed_at end

-- name: DeleteInbox
delete from {hub}.inbox where id = any($1)

-- name: LastCommit
-- $1 node
select commit_number from {hub}.nodes where id = $1

-- name: CreatedAmong
select run_id from {hub}.instances where run_id = any($1)

-- name: ReleasedAmong
-- $1 ids, $2 node
select id from {hub}.instances where id = any($1) and owner is distinct from $2
