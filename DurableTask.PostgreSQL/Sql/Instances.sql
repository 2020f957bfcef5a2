-- Reads of instances, and the few writes that are not part of a checkpoint.

-- name: Columns
id, run_id, execution_id, name, version, status, input, output, custom_status, failure, created_at, updated_at, completed_at, start_at, owner,
wake_at, inbox_count, dispatches, parent_id, parent_execution_id, parent_name, parent_version, parent_task, tags, trace

-- name: Acquire
-- $1 node, $2 limit, $3 versions that the node leaves to others, $4 most dispatches, $5 versions that it takes, or null for all others. Takes
-- instances without an owner, the oldest first. They keep wake_at, which distinguishes them from those that started on the node. Those of versions that the
-- node has not met are returned, too, but not taken.
with ready as (
    select id, version from {hub}.instances
    where owner is null and wake_at <= clock_timestamp() and ($3::text[] is null or version <> all($3)) and dispatches < $4
    order by wake_at
    limit $2
    for update skip locked),
taken as (
    update {hub}.instances i
    set owner = (select id from {hub}.nodes where id = $1 for key share), status = case when i.status = 6 then 0 else i.status end
    from ready
    where i.id = ready.id and ($5::text[] is null or ready.version = any($5))
    returning i.*)
select {columns} from taken
union all
select {columns} from {hub}.instances where id in (select id from ready where version <> all($5))

-- name: FindTaken
-- $1 node, $2 ids or null. What a node has taken by Acquire and still holds.
select {columns} from {hub}.instances where owner = $1 and wake_at is not null and ($2::text[] is null or id = any($2))

-- name: NextWake
-- $1 versions that the node leaves to others, $2 most dispatches. Seconds until the next instance without an owner is to be taken.
select extract(epoch from wake_at - clock_timestamp())::float8 from {hub}.instances
where owner is null and wake_at is not null and ($1::text[] is null or version <> all($1)) and dispatches < $2 order by wake_at limit 1

-- name: Backlog
-- $1 most dispatches. Instances that are ready and have no owner, and instances with one.
select (select count(*) from {hub}.instances where owner is null and wake_at <= clock_timestamp() and dispatches < $1),
    (select count(*) from {hub}.instances where owner is not null)

-- name: LoadHistories
select instance_id, events from {hub}.history where instance_id = any($1) order by instance_id, seq

-- name: ReadInbox
-- $1 node. All messages that wait for instances of a node, the oldest first.
select b.id, b.instance_id, b.execution_id, b.event, i.inbox_count
from {hub}.inbox b join {hub}.instances i on i.id = b.instance_id
where i.owner = $1 order by b.id

-- name: Send
-- $1 receiver, $2 execution id, $3 event, $4 whether it is a rewind, $5 channel. Puts a message into an inbox and wakes the receiver's node.
with receiver as (
    update {hub}.instances i
    set inbox_count = i.inbox_count + 1,
        wake_at = case when i.owner is null and {is_due} then clock_timestamp() else i.wake_at end{to_rewind}
    where i.id = $1 and (i.status not in (1, 3, 4, 5) or (i.status = 3 and $4))
    returning i.id, i.owner, i.inbox_count),
put as (
    insert into {hub}.inbox (instance_id, execution_id, event) select id, $2, $3 from receiver returning 1)
select owner, inbox_count, pg_notify($5, coalesce('m' || owner, 'r')) from receiver

-- name: TerminateUnstarted
-- $1 id, $2 output, $3 history, $4 most dispatches, $5 event for its parent, $6 channel. Ends an instance that has not begun, or that was set aside: its
-- code does not run.
with ended as (
    update {hub}.instances
    set status = 5, output = $2, updated_at = clock_timestamp(), completed_at = clock_timestamp(), wake_at = null
    where id = $1 and owner is null and (status = 6 or (dispatches >= $4 and status not in (1, 3, 4, 5)))
    returning id, parent_id, parent_execution_id),
history as (
    insert into {hub}.history (instance_id, seq, events)
    select id, coalesce((select max(seq + json_array_length(events::json)) from {hub}.history where instance_id = $1), 0), $3 from ended),
parents as (
    update {hub}.instances p
    set inbox_count = p.inbox_count + 1, wake_at = case when p.owner is null then clock_timestamp() else p.wake_at end
    from ended e
    where p.id = e.parent_id and p.status not in (1, 3, 4, 5)
    returning p.id, p.owner, e.parent_execution_id),
put as (
    insert into {hub}.inbox (instance_id, execution_id, event) select id, parent_execution_id, $5 from parents)
select exists (select from ended), (select count(pg_notify($6, coalesce('m' || owner, 'r'))) from parents)

-- name: Terminations
-- $1 most dispatches. Messages that terminate an instance which no node takes, since it waits for one of its version or was set aside.
select b.instance_id, b.event from {hub}.inbox b join {hub}.instances i on i.id = b.instance_id
where starts_with(b.event, '{"type":3,') and i.owner is null
  and (i.status = 6 or (i.dispatches >= $1 and i.status not in (1, 3, 4, 5))) limit 100

-- name: Find
select {columns} from {hub}.instances where id = $1

-- name: Status
select status from {hub}.instances where id = $1

-- name: Query
-- $1 created from, $2 created to, $3 statuses, $4 and $5 the range of ids with the prefix, $6 after the id, $7 limit
select {columns} from {hub}.instances
where id >= $4 and id < $5 and id > $6
  and ($1 is null or created_at >= $1) and ($2 is null or created_at <= $2) and ($3 is null or status = any($3))
order by id limit $7

-- name: ListEnded
-- $1 completed from, $2 completed to, $3 statuses, $4 after the id, $5 limit
select id from {hub}.instances
where status in (1, 3, 4, 5) and ($1 is null or completed_at >= $1) and ($2 is null or completed_at <= $2)
  and ($3 is null or status = any($3)) and ($4 is null or id > $4)
order by id limit $5

-- name: Descendants
-- $1 id. The sub-orchestrations of an instance, and theirs.
with recursive tree as (
    select id from {hub}.instances where parent_id = $1
    union
    select i.id from {hub}.instances i join tree t on i.parent_id = t.id)
select id from tree

-- name: EndedChildren
-- $1 parent, $2 ids of children
select {columns} from {hub}.instances where parent_id = $1 and id = any($2) and status in (1, 3, 4, 5)

-- name: Purge
-- $1 ids. Deletes ended instances that no node is about to take, with all that they had.
with gone as (
    delete from {hub}.instances where id = any($1) and status in (1, 3, 4, 5) and owner is null and wake_at is null returning id),
history as (delete from {hub}.history h using gone where h.instance_id = gone.id),
inbox as (delete from {hub}.inbox b using gone where b.instance_id = gone.id)
select count(*) from gone

-- name: PurgeEnded
-- $1 from, $2 to, $3 statuses, $4 limit, $5 whether those are times of the end, which is an ended instance's last change, and not of the creation
with old as (
    select id from {hub}.instances
    where ($1 is null or case when $5 then completed_at else created_at end >= $1)
      and ($2 is null or case when $5 then completed_at else created_at end <= $2)
      and ($3 is null or status = any($3)) and status in (1, 3, 4, 5) and owner is null and wake_at is null
    limit $4 for update skip locked),
gone as (delete from {hub}.instances i using old where i.id = old.id returning i.id),
history as (delete from {hub}.history h using gone where h.instance_id = gone.id),
inbox as (delete from {hub}.inbox b using gone where b.instance_id = gone.id)
select count(*) from gone

-- name: ClearInbox
-- Messages to instances that ended before they read them.
delete from {hub}.inbox b
where not exists (select 1 from {hub}.instances i
    where i.id = b.instance_id and (i.status not in (1, 3, 4, 5) or i.owner is not null or i.wake_at is not null))

-- name: SetAside
-- $1 most dispatches, $2 after the id, $3 limit. Instances with which that many nodes died.
select {columns} from {hub}.instances
where dispatches >= $1 and status not in (1, 3, 4, 5) and ($2 is null or id > $2) order by id limit $3

-- name: ReleaseSetAside
-- $1 id, $2 channel. Lets a node take an instance again that was set aside.
with released as (
    update {hub}.instances set dispatches = 0, wake_at = clock_timestamp() where id = $1 and dispatches > 0 and owner is null returning id)
select pg_notify($2, 'r') from released
