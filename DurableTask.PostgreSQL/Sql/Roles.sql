-- Two roles instead of one. The owner of the hub creates and upgrades its schema: it starts a node with CreateSchema, or calls CreateIfNotExistsAsync, and
-- needs no more than "create on database". The runtime role runs nodes (with CreateSchema = false) and clients. These are all of its rights; the owner
-- grants them after the hub was created, and again after an upgrade. Put the hub's name for durable, and the role's for durable_runtime.

grant usage on schema durable to durable_runtime;
grant select on durable.schema_version to durable_runtime;
grant select, insert, update, delete on durable.instances, durable.history, durable.inbox, durable.nodes to durable_runtime;
grant execute on function durable.fence(bigint, bigint), durable.forget_run() to durable_runtime;

-- For people who look at histories with it.
grant select on durable.history_events to durable_runtime;
