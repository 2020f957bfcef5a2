// Atelier and its peers by turns: the same API, the same provider, the same record in PostgreSQL, the same images in Azurite.
import { fork, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { install } from '../../EmbeddedHost/services/install.mjs';
import { Azurite } from '../../EmbeddedHost/services/azurite.mjs';
import { startServer } from '../harness/database.mjs';
import { folders } from '../harness/folders.mjs';
import { cpuSeconds, machineCpuSeconds, machineFacts, peakMebibytes, resetPeak } from '../harness/proc.mjs';
import { freePorts, kill, killAll, launch, pause, stop, untilHealthy } from '../harness/processes.mjs';
import { fill } from './fill.mjs';
import { container, services, storage } from './services.mjs';
import { median, picture, table } from './report.mjs';

const usage = `Measures Atelier beside services that do the same work: benchmarks/service/run [options]

  --services LIST  of ${Object.keys(services).join(',')} (default all)
  --levels LIST    campaigns in flight (default 1,32,64)
  --rounds N       rounds, of which the median counts (default 5)
  --seconds N      length of a window (default 6)
  --blobs WHERE    azurite, or stub: a blob store that responds at once and keeps nothing (default azurite)
  --rows N         campaigns that are in Atelier's tables before it begins (default 0)
  --reads          also reads a list, a search and a campaign ten times a second
  --help           shows this

It prints the table, and writes .atelier/benchmarks/service.jsonl; a run of every service at the default levels also writes docs/service-benchmark.json and .svg. Nothing else should run on the machine.`;

const { values: options } = parseArgs({
  options: {
    services: { type: 'string', default: Object.keys(services).join(',') },
    levels: { type: 'string', default: '1,32,64' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    blobs: { type: 'string', default: 'azurite' },
    rows: { type: 'string', default: '0' },
    reads: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = options.services.split(',');
const unknown = chosen.filter((name) => !services[name]);
if (options.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `There is no service ${unknown.join(', ')}.\n\n${usage}` : usage);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const isWhole = chosen.length === Object.keys(services).length && options.levels === '1,32,64' && options.blobs === 'azurite' && options.rows === '0';
if (options.rows !== '0' && options.services !== 'atelier') {
  console.error('--rows fills the tables of Atelier: use it with --services atelier.');
  process.exit(2);
}
const levels = options.levels.split(',').map(Number);
const [rounds, seconds] = [Number(options.rounds), Number(options.seconds)];
// BullMQ takes a job for stalled after 30 s, and looks every 30 s.
const RECOVERY_MILLISECONDS = 75_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const results = join(folders.data, 'service.jsonl');

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { killAll(); process.exit(1); });
mkdirSync(folders.logs, { recursive: true });
rmSync(results, { force: true });
publish('EmbeddedHost');
publish('benchmarks/ServiceFloor');
if (!existsSync(join(folders.benchmarks, 'node_modules', 'fastify'))) run('npm', ['ci', '--no-audit', '--no-fund'], folders.benchmarks);
await install(folders.services, folders.logs, () => {}, new AbortController().signal);
const postgres = await startServer(folders.data, folders.services);
const [stubPort] = await freePorts(1);
const stub = launch('service-stub', process.execPath, [join(here, 'stub.mjs'), String(stubPort)], { logs: folders.logs });
const rows = [];
try {
  for (let round = 1; round <= rounds; round++) {
    for (const name of chosen) await turn(name, round);
  }
  const summary = { machine: machineFacts(), rounds, seconds, services: summarize() };
  if (isWhole) {
    writeFileSync(join(folders.docs, 'service-benchmark.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
    writeFileSync(join(folders.docs, 'service-benchmark.svg'), picture(summary));
  }
  console.log(`\n${table(summary)}`);
} finally {
  await stop(stub);
  await postgres.stop();
}

/** One service on a new database and an empty Azurite, at each level. */
async function turn(name, round) {
  const database = `service_${name.replaceAll('-', '_')}_${round}`;
  const admin = await connect('postgres');
  await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.query(`ALTER DATABASE ${database} SET pg_stat_statements.track = 'top'`);
  await admin.end();
  const counters = await connect(database);
  await counters.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const [port, blobPort, redisPort] = await freePorts(3);
  const data = join(folders.data, 'service', name);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(join(data, 'logs'), { recursive: true });
  const azurite = options.blobs === 'azurite' ? new Azurite(data, folders.services, { blob: blobPort }) : undefined;
  const redis = services[name].redis
    ? launch('service-redis', 'redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', data, '--appendonly', 'yes'], { logs: folders.logs })
    : undefined;
  const environment = {
    PORT: String(port), PROVIDER_URL: `http://127.0.0.1:${stubPort}/v1`, DATABASE_URL: postgres.url(database), NPGSQL: postgres.npgsql(database),
    REDIS_PORT: String(redisPort), STORAGE: storage(azurite ? blobPort : stubPort),
  };
  const start = () => {
    const { program, args, env } = services[name].command({ port, data, ...environment });
    return launch(`service-${name}`, program, args, { logs: folders.logs, cwd: data, env: { ...environment, ...env } });
  };
  let service;
  try {
    await azurite?.start();
    if (azurite) await container(blobPort);
    const began = performance.now();
    service = start();
    await untilHealthy(service, `http://127.0.0.1:${port}/api/health/ready`, 120_000);
    const startMs = performance.now() - began;
    // Just-in-time compilers have done most of their work after this.
    await load(port, 32, 25, 0.1, () => {});
    if (options.rows !== '0') await fill(counters, Number(options.rows));
    for (const level of levels) {
      const reader = options.reads ? fork(join(here, 'reader.mjs')) : undefined;
      reader?.send({ port, level });
      resetPeak(service.pid);
      const pids = { service: service.pid, postgres: postgres.pid, azurite: azurite?.child.pid, redis: redis?.pid };
      const measured = await load(port, level, 2, seconds, async () => ({
        cpu: Object.fromEntries(Object.entries(pids).map(([part, pid]) => [part, pid ? cpuSeconds(pid, true) : 0])),
        machine: machineCpuSeconds(),
        statements: await statementsOf(counters, database),
        commits: (await counters.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS n')).rows[0].n,
      }));
      record({ name, round, level, startMs, ...perCampaign(measured), megabytes: peakMebibytes(service.pid) });
      if (reader) console.log(`${name} round ${round}, reads: ${JSON.stringify(await readings(reader))}`);
    }
    if (round === 1 && azurite) record({ name, round, ...await crash(port, () => kill(service), () => { service = start(); }) });
  } finally {
    await counters.end();
    await stop(service);
    await stop(redis);
    await azurite?.stop();
  }
}

/** What a `kill -9` with 50 campaigns in flight loses, and how long it takes from there until the last of them is complete. */
async function crash(port, end, start) {
  const address = `http://127.0.0.1:${port}/api/campaigns`;
  const accepted = [];
  await Promise.allSettled(Array.from({ length: 50 }, async () => {
    const response = await fetch(address, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ prompt: 'A campaign that outlives its process', images: { count: 1 } }),
    });
    if (response.status === 202) accepted.push((await response.json()).id);
    if (accepted.length === 25) await end();
  }));
  const began = performance.now();
  start();
  let open = accepted;
  for (let complete; open.length > 0 && performance.now() - began < RECOVERY_MILLISECONDS; open = open.filter((_, index) => !complete[index])) {
    await pause(50);
    complete = await Promise.all(open.map(async (id) => {
      const campaign = await fetch(`${address}/${id}`).then((response) => response.json()).catch(() => ({}));
      return campaign.status === 'COMPLETE';
    }));
  }
  return { crash: { accepted: accepted.length, lost: open.length, seconds: (performance.now() - began) / 1000 } };
}

function readings(reader) {
  return new Promise((resolve, reject) => {
    reader.once('message', resolve).once('exit', () => reject(new Error('The reader ended.')));
    reader.send({});
  });
}

/** Runs the load client; `measure` is called at both ends of the window. */
async function load(port, level, warmSeconds, windowSeconds, measure) {
  const client = fork(join(here, 'client.mjs'));
  let before;
  let after;
  let window;
  try {
    await new Promise((resolve, reject) => {
      client.on('message', (message) => {
        if (message.began) before = measure();
        else if (message.idle) resolve();
        else [after, window] = [measure(), message];
      });
      client.once('error', reject).once('exit', () => reject(new Error('The load client ended.')));
      client.send({ port, level, warmSeconds, windowSeconds });
    });
  } finally {
    client.removeAllListeners('exit');
    client.kill();
  }
  if (window.failures.length > 0) throw new Error(`Campaigns failed: ${window.failures[0]}`);
  return { window, before: await before, after: await after };
}

function perCampaign({ window, before, after }) {
  const count = window.milliseconds.length;
  if (count === 0) throw new Error('No campaign was complete within the window.');
  const sorted = window.milliseconds.sort((a, b) => a - b);
  const cpu = Object.fromEntries(Object.keys(after.cpu).map((part) => [part, (after.cpu[part] - before.cpu[part]) * 1000 / count]));
  return {
    rate: count / window.seconds,
    p50: sorted[Math.floor(count * 0.5)],
    p99: sorted[Math.floor(count * 0.99)],
    cpu,
    machine: (after.machine - before.machine) * 1000 / count,
    statements: (after.statements - before.statements) / count,
    commits: (after.commits - before.commits) / count,
  };
}

function record(row) {
  rows.push(row);
  appendFileSync(results, `${JSON.stringify(row)}\n`);
  console.log(row.crash
    ? `${row.name} round ${row.round}, killed: ${row.crash.lost} of ${row.crash.accepted} lost, ${row.crash.seconds.toFixed(1)} s`
    : `${row.name} round ${row.round}, ${row.level} in flight: ${row.rate.toFixed(0)}/s, p50 ${row.p50.toFixed(1)} ms, service ${row.cpu.service.toFixed(2)} ms`);
}

function summarize() {
  return Object.fromEntries(chosen.map((name) => {
    const own = rows.filter((row) => row.name === name);
    const at = (level, pick) => median(own.filter((row) => row.level === level).map(pick));
    const crashes = own.filter((row) => row.crash).map((row) => row.crash);
    return [name, {
      levels: Object.fromEntries(levels.map((level) => [level, {
        rate: at(level, (row) => row.rate), p50: at(level, (row) => row.p50), p99: at(level, (row) => row.p99),
        service: at(level, (row) => row.cpu.service), postgres: at(level, (row) => row.cpu.postgres), azurite: at(level, (row) => row.cpu.azurite),
        redis: at(level, (row) => row.cpu.redis), statements: at(level, (row) => row.statements), commits: at(level, (row) => row.commits),
        megabytes: at(level, (row) => row.megabytes),
      }])),
      startMs: median(own.filter((row) => row.level).map((row) => row.startMs)),
      lost: Math.max(0, ...crashes.map((each) => each.lost)),
      recoverySeconds: median(crashes.map((each) => each.seconds)),
    }];
  }));
}

async function statementsOf(client, database) {
  const { rows: [row] } = await client.query(
    'SELECT coalesce(sum(calls), 0)::float8 AS n FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = $1 AND toplevel', [database]);
  return row.n;
}

async function connect(database) {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Published for this system, so that both .NET services are compiled ahead of time, as they are in a container. */
function publish(project) {
  run('dotnet', ['publish', '-c', 'Release', '-r', `linux-${process.arch}`, '--self-contained', 'false', '-v', 'quiet', '-o', join(folders.binaries, project),
    join(folders.repository, project)], folders.repository);
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stdout + stderr}`);
}
