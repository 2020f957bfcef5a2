// PostgreSQL as EmbeddedHost installs and starts it, one server for all engines, and its counters for a round.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { install } from '../../EmbeddedHost/services/install.mjs';
import { Postgres } from '../../EmbeddedHost/services/postgres.mjs';
import { freePorts } from './processes.mjs';

const PASSWORD = 'benchmarks'; // guards nothing: the server listens on the loopback interface for as long as the run lasts
const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_connections'];
const TABLE = `
  CREATE TABLE campaign (
    id text PRIMARY KEY,
    prompt text NOT NULL,
    status text NOT NULL,
    text text,
    image_path text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at timestamptz)`;

/** Installs PostgreSQL where it is missing and starts it; the cluster of the previous run is used again. */
export async function startServer(data, packages) {
  const logs = join(data, 'logs');
  mkdirSync(logs, { recursive: true });
  process.umask(0o022); // PostgreSQL's programs must be readable to the user it runs as.
  await install(packages, logs, () => {}, new AbortController().signal);
  const [port] = await freePorts(1);
  const server = new Postgres(data, packages, { port, password: PASSWORD });
  await server.start();
  return {
    pid: server.child.pid,
    url: (database) => `postgres://atelier:${PASSWORD}@127.0.0.1:${port}/${database}`,
    npgsql: (database) => `Host=127.0.0.1;Port=${port};Username=atelier;Password=${PASSWORD};Database=${database}`,
    stop: () => server.stop(),
    kill: () => server.child.kill('SIGQUIT'),
  };
}

/** An engine's own new database with the empty table, and a connection to it. */
export class Database {
  #client;

  static async create(server, name) {
    const administrator = await connect(server.url('postgres'));
    await administrator.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await administrator.query(`CREATE DATABASE ${name}`);
    await administrator.end();
    const database = new Database();
    database.#client = await connect(server.url(name));
    await database.#client.query(TABLE);
    return database;
  }

  /** Empties the table and writes out what rounds before have left to write. */
  async clear() {
    await this.#client.query('TRUNCATE campaign');
    await this.#client.query('CHECKPOINT');
  }

  /** How many jobs are complete, and when (milliseconds since 1970) the last one was. */
  async completed() {
    const { rows: [row] } = await this.#client.query({
      name: 'completed',
      text: 'SELECT count(completed_at)::int AS count, extract(epoch FROM max(completed_at))::float8 * 1000 AS last FROM campaign',
    });
    return row;
  }

  /** When (milliseconds since 1970) a job was complete; undefined before. */
  async completedAt(id) {
    const { rows: [row] } = await this.#client.query({
      name: 'completed_at',
      text: 'SELECT extract(epoch FROM completed_at)::float8 * 1000 AS at FROM campaign WHERE id = $1 AND completed_at IS NOT NULL',
      values: [id],
    });
    return row?.at;
  }

  /**
   * Counters whose difference is what a round wrote. Every transaction that writes, and no other, takes one transaction id:
   * unlike pg_stat_database, whose figures come up to ten seconds late and count queries as well, this is exact at once.
   */
  async written() {
    const { rows: [row] } = await this.#client.query({
      name: 'written',
      text: `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS commits,
               pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS wal`,
    });
    return row;
  }

  /** How long a transaction of one row takes from here, one after another, in milliseconds: the median. */
  async commitMilliseconds(count = 200) {
    const milliseconds = [];
    for (let index = 0; index < count; index++) {
      const started = performance.now();
      await this.#client.query({
        name: 'commit', text: "INSERT INTO campaign (id, prompt, status) VALUES ($1, '', 'commit')", values: [`commit-${index}`],
      });
      milliseconds.push(performance.now() - started);
    }
    await this.#client.query("DELETE FROM campaign WHERE status = 'commit'");
    return milliseconds.sort((a, b) => a - b)[count >> 1];
  }

  async settings() {
    const entries = [];
    for (const name of SETTINGS) entries.push([name, (await this.#client.query(`SHOW ${name}`)).rows[0][name]]);
    return Object.fromEntries(entries);
  }

  close() {
    return this.#client.end();
  }
}

async function connect(connectionString) {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {}); // The next query fails with it.
  await client.connect();
  return client;
}
