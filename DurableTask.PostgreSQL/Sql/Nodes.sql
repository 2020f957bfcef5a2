-- The nodes of a task hub. All times that nodes compare are PostgreSQL's.

-- name: Register
insert into {hub}.nodes (machine, process_id, process_key) values ($1, $2, $3) returning id

-- name: Heartbeat
update {hub}.nodes set heartbeat_at = clock_timestamp() where id = $1

-- name: HoldSession
-- $1 lock class, $2 node. As long as the session lives, so does the node.
select pg_advisory_lock_shared($1, $2)

-- name: Suspects
-- $1 the node that looks, $2 lease, $3 grace to reconnect, $4 lock class. A heartbeat in the future is from before PostgreSQL's clock was set:
-- from now on its silence counts.
with bounded as (update {hub}.nodes set heartbeat_at = clock_timestamp() where heartbeat_at > clock_timestamp() + interval '1 second')
select n.id, n.machine, n.process_id, n.process_key,
    clock_timestamp() - greatest(n.heartbeat_at, pg_postmaster_start_time()) > $2,
    clock_timestamp() - greatest(n.heartbeat_at, pg_postmaster_start_time()) > $3,
    not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.classid = $4::oid and l.objid = (n.id & 4294967295)::oid
        and l.database = (select oid from pg_database where datname = current_database()) and l.granted)
from {hub}.nodes n where n.id <> $1

-- name: DeleteNode
-- $1 node, $2 how long it must have been silent. Waits for a commit of that node under way; every later one finds the row gone.
delete from {hub}.nodes where id = $1 and clock_timestamp() - heartbeat_at >= $2

-- name: FreeInstances
-- $1 node, $2 1 where it died and 0 where it left. A statement of its own: only its snapshot is sure to see the node's last commit.
update {hub}.instances set owner = null, wake_at = clock_timestamp(), dispatches = dispatches + $2 where owner = $1
