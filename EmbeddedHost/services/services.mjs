// Runs PostgreSQL and Azurite for EmbeddedHost, and for no longer than it: node services.mjs --data <folder>
//
// Its protocol is lines of JSON. Out: {event: "progress" | "notice" | "failed", text}, {event: "installed"} once it waits for
// the list of services, {event: "ready"}. In: one line {postgres?: {port, password}, azurite?: {blob, queue?, table?}}. When its
// input ends, because the host closed it or because the host is no more, it stops everything in order and exits.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Azurite } from './azurite.mjs';
import { install } from './install.mjs';
import { Postgres } from './postgres.mjs';
import { ProcessBook } from './previous.mjs';
import { pause } from './processes.mjs';

const data = resolve(parseArgs({ options: { data: { type: 'string' } } }).values.data);
const packages = join(data, 'services');
const logs = join(data, 'logs');

const stopping = new AbortController();
const commands = createInterface({ input: process.stdin });
const request = new Promise((resolveLine) => commands.once('line', (line) => resolveLine(JSON.parse(line))));
commands.once('close', () => stopping.abort());
const released = new Promise((end) => stopping.signal.addEventListener('abort', end, { once: true }));

// The host decides when to stop; a Ctrl+C reaches the whole terminal, and the database must outlive the last request.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
process.stdout.on('error', () => {}); // The host is gone; the end of the input shows that too.
process.umask(0o022); // PostgreSQL's programs must be readable to the user it runs as.

const say = (event, text) => process.stdout.write(`${JSON.stringify({ event, text })}\n`);

mkdirSync(logs, { recursive: true });
const book = new ProcessBook(data);
const running = [];
try {
  await book.waitForPrevious(() => say('notice', 'Waiting for the services of the previous run to stop'));
  book.record('supervisor', process.pid);
  await install(packages, logs, reportPercents(), stopping.signal);
  say('installed');

  const wanted = await Promise.race([request, released.then(() => ({}))]);
  if (wanted.azurite) running.push(new Azurite(data, packages, wanted.azurite));
  if (wanted.postgres) running.push(new Postgres(data, packages, wanted.postgres));
  await Promise.all(running.map(startService));
  if (!stopping.signal.aborted) say('ready');
  for (const service of running) void keepRunning(service);
  await released;
} catch (error) {
  if (!stopping.signal.aborted) say('failed', error.message);
  process.exitCode = 1;
}
stopping.abort();
for (const service of running) await service.stop(); // Azurite, then PostgreSQL
book.close();
process.exit();

async function startService(service) {
  const started = service.start();
  if (service.child) book.record(service.key, service.child.pid);
  await started;
}

/** Starts a service again whenever it ends by itself, after pauses that grow to five seconds. */
async function keepRunning(service) {
  for (let wait = 250; ; wait = Math.min(5_000, wait * 2)) {
    const how = await service.child.ended;
    if (stopping.signal.aborted) return;
    say('notice', `${service.name} ended (${how}); starting it again`);
    await pause(wait);
    if (stopping.signal.aborted) return;
    try {
      await startService(service);
      say('notice', `${service.name} is back`);
      wait = 125;
    } catch (error) {
      say('notice', error.message);
    }
  }
}

function reportPercents() {
  let reported = -10;
  return (percent) => {
    if (percent < reported + 10) return;
    reported = percent - (percent % 10);
    say('progress', `Installing PostgreSQL and Azurite, once: ${reported} %`);
  };
}
