// The engines: how each is prepared and started, and where jobs are submitted. A worker listens at `ports.worker` with GET /health
// and, unless jobs are submitted to the engine's own server (`entrance`), POST /submit.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { accepts } from '../../EmbeddedHost/services/processes.mjs';
import { launch, until, untilHealthy } from './processes.mjs';
import { folders } from './folders.mjs';

const dotnetWorker = (project, env = () => ({})) => ({
  prepare: () => publish(project),
  startWorker: (context) => launch(context.name, join(folders.binaries, project, project), [], {
    ...context,
    cwd: join(folders.binaries, project),
    env: {
      ConnectionStrings__Postgres: context.npgsql,
      PROVIDER_URL: context.provider,
      IMAGE_FOLDER: context.images,
      ASPNETCORE_URLS: `http://127.0.0.1:${context.ports.worker}`,
      DOTNET_ENVIRONMENT: 'Production',
      ASPNETCORE_ENVIRONMENT: 'Production',
      ...env(context),
    },
  }),
});

const nodeWorker = (file, env = () => ({})) => ({
  prepare: () => {},
  startWorker: (context) => launch(context.name, process.execPath, [join(folders.benchmarks, 'peers', file)], {
    ...context,
    env: {
      DATABASE_URL: context.url,
      PROVIDER_URL: context.provider,
      IMAGE_FOLDER: context.images,
      PORT: String(context.ports.worker),
      NODE_ENV: 'production',
      ...env(context),
    },
  }),
});

const submitToWorker = (ports) => () => ({ origin: `http://127.0.0.1:${ports.worker}`, path: '/submit' });

/** Those that are compared by goals alternate: they are all alive, and each round of one is followed by one of the next. */
export const engines = {
  postgresql: {
    title: 'DurableTask.PostgreSQL',
    durable: true,
    alternates: true,
    ...dotnetWorker('Reference'),
    entrance: submitToWorker,
  },
  floor: {
    title: 'floor: C#, nothing durable',
    durable: false,
    alternates: true,
    ...dotnetWorker('Floor'),
    entrance: submitToWorker,
  },
  restate: {
    title: 'Restate',
    durable: true,
    alternates: true,
    ...nodeWorker('restate.mjs', ({ ports }) => ({ RESTATE_SERVICE_PORT: String(ports.service), RESTATE_LOGGING: 'WARN' })),
    startServer: startRestate,
    register: registerWithRestate,
    entrance: (ports) => (id) => ({ origin: `http://127.0.0.1:${ports.ingress}`, path: `/Job/${id}/run/send` }),
  },
  dbos: {
    title: 'DBOS Transact on PostgreSQL',
    durable: true,
    alternates: true,
    ...nodeWorker('dbos.mjs'),
    entrance: submitToWorker,
  },
  azurestorage: {
    title: 'DurableTask.AzureStorage on Azurite',
    durable: true,
    ...dotnetWorker('AzureStorage', ({ ports }) => ({ AZURE_STORAGE: azureStorage(ports) })),
    startServer: startAzurite,
    entrance: submitToWorker,
  },
  bullmq: {
    title: 'BullMQ on Redis, not durable',
    durable: true, // for a worker's death; Redis with its default settings loses what is not in its last snapshot
    ...nodeWorker('bullmq.mjs', ({ ports }) => ({ REDIS_PORT: String(ports.server) })),
    prepare: requireRedis,
    startServer: startRedis,
    entrance: submitToWorker,
  },
};

/**
 * As one deploys a service: published, and compiled ahead of time as far as .NET does that (ReadyToRun), with what an application makes of .NET's own
 * generic types and asynchronous methods. Without these options all of that is left for the start.
 */
const CROSSGEN = '--opt-cross-module:*%3B--non-local-generics-module:*';

function publish(project) {
  const output = join(folders.binaries, project);
  rmSync(output, { recursive: true, force: true });
  run('dotnet', ['publish', join(folders.benchmarks, project), '--configuration', 'Release', '--use-current-runtime', '--self-contained', 'false',
    '-p:PublishReadyToRun=true', `-p:PublishReadyToRunCrossgen2ExtraArgs=${CROSSGEN}`, '--output', output, '--artifacts-path', join(folders.data, 'artifacts'), '-nologo', '-v', 'quiet']);
}

function requireRedis() {
  if (spawnSync('redis-server', ['--version']).status === 0) return;
  if (process.getuid() !== 0) throw new Error('redis-server is missing: apt-get install redis-server');
  run('apt-get', ['update', '--quiet']);
  run('apt-get', ['install', '--yes', '--no-install-recommends', 'redis-server']);
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? `${stdout}\n${stderr}`.trim()}`);
}

/** Redis as Debian configures it: snapshots now and then, no log of every write. */
async function startRedis(context) {
  const folder = join(context.state, 'redis');
  mkdirSync(folder, { recursive: true });
  const options = { port: context.ports.server, bind: '127.0.0.1', dir: folder, 'maxmemory-policy': 'noeviction', daemonize: 'no' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = launch('redis', 'redis-server', args, context);
  if (!(await until(() => accepts(context.ports.server), 20_000))) throw new Error(`Redis did not start: see ${server.logFile}`);
  return server;
}

/** Azurite as its own command starts it: it keeps everything in memory and writes it to files every few seconds. */
async function startAzurite(context) {
  const { blob, queue, table } = context.ports;
  const folder = join(context.state, 'azurite');
  mkdirSync(folder, { recursive: true });
  const addresses = Object.entries({ blob, queue, table }).flatMap(([service, port]) =>
    [`--${service}Host`, '127.0.0.1', `--${service}Port`, String(port)]);
  const program = join(folders.services, 'node_modules', 'azurite', 'dist', 'src', 'azurite.js');
  const args = [program, '--location', folder, ...addresses, '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const server = launch('azurite', process.execPath, args, { ...context, cwd: folder });
  const listening = async () => (await Promise.all([blob, queue, table].map(accepts))).every(Boolean);
  if (!(await until(listening, 30_000))) throw new Error(`Azurite did not start: see ${server.logFile}`);
  return server;
}

/** Azurite's account and its key are the same everywhere: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
function azureStorage(ports) {
  const account = 'devstoreaccount1';
  const endpoint = (service, port) => `${service}Endpoint=http://127.0.0.1:${port}/${account};`;
  return `DefaultEndpointsProtocol=http;AccountName=${account};`
    + 'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;'
    + endpoint('Blob', ports.blob) + endpoint('Queue', ports.queue) + endpoint('Table', ports.table);
}

async function startRestate(context) {
  const { ports } = context;
  const packages = join(folders.benchmarks, 'node_modules', '@restatedev');
  const program = join(packages, `restate-server-${process.platform}-${process.arch}`, 'bin', 'restate-server');
  const args = ['--base-dir', join(context.state, 'restate'), '--node-name', 'benchmark', '--bind-ip', '127.0.0.1', '--no-logo'];
  const server = launch('restate-server', program, args, {
    ...context,
    env: {
      RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
      RESTATE_ADMIN__BIND_PORT: String(ports.admin),
      RESTATE_BIND_PORT: String(ports.server),
      RESTATE_LOG_FILTER: 'warn',
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
    },
  });
  await untilHealthy(server, `http://127.0.0.1:${ports.admin}/health`);
  await untilHealthy(server, `http://127.0.0.1:${ports.ingress}/restate/health`);
  return server;
}

/** Registers the worker's handlers with Restate, which keeps the registration across the worker's death. */
async function registerWithRestate({ ports }) {
  let problem;
  const done = await until(async () => {
    try {
      const response = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ uri: `http://127.0.0.1:${ports.service}` }),
      });
      problem = response.ok ? undefined : await response.text();
      return response.ok;
    } catch (error) {
      problem = error.message;
      return false;
    }
  }, 30_000, 250);
  if (!done) throw new Error(`Restate does not take the service: ${problem}`);
}
