// The processes of a run. Whatever the harness started it also stops, by process id, however the run ends.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { end, pause, start, until } from '../../EmbeddedHost/services/processes.mjs';

export { pause, until };

const started = new Set();

// If the harness is killed, what it started ends too. util-linux's setpriv becomes the program: the process id stays the same.
const leash = ['setpriv', '--pdeathsig', 'KILL', '--'];

/** Starts a program whose output goes to `<logs>/<name>.log`. */
export function launch(name, program, programArgs, { logs, env = {}, cwd }) {
  const path = join(logs, `${name}.log`);
  const output = openSync(path, 'a');
  const [command, ...args] = [...leash, program, ...programArgs];
  const child = start(command, args, { stdio: ['ignore', output, output], cwd, env: { ...process.env, ...env } });
  child.program = program;
  closeSync(output);
  child.logFile = path;
  started.add(child);
  child.ended.then(() => started.delete(child));
  return child;
}

/** Asks a process to stop, and insists after eight seconds. */
export const stop = (child) => (child ? end(child, ['SIGTERM', 8_000], ['SIGKILL', 5_000]) : undefined);

/** Ends a process without a warning, as a crash does. */
export const kill = (child) => end(child, ['SIGKILL', 10_000]);

/** The last words of what is still running when the harness itself is ended. */
export function killAll() {
  for (const child of started) child.kill('SIGKILL');
}

/** As many free loopback ports as asked for, held together so that they differ. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => { server.close(closed); })));
  return ports;
}

/** Waits until an address responds with 2xx; where the process ends before, the error has the end of its log. */
export async function untilHealthy(child, url, milliseconds = 60_000) {
  const responds = async () => child.hasEnded || (await fetch(url).then((response) => response.ok, () => false));
  if ((await until(responds, milliseconds, 5)) && !child.hasEnded) return;
  const words = readFileSync(child.logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
  throw new Error(`${child.program} ${child.hasEnded ? 'ended' : 'was not healthy in time'}: ${words}`);
}
