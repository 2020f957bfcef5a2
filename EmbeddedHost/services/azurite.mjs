// Azurite, the Azure Storage emulator, on the loopback interface, its files in the data folder.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, end, openLog, start, until } from './processes.mjs';

const READY_WITHIN = 30_000;
const script = fileURLToPath(new URL('azurite-process.mjs', import.meta.url));

export class Azurite {
  name = 'Azurite';
  key = 'azurite';
  #data;
  #packages;
  #ports;
  #child;

  /** `ports` has `blob`, and for the whole storage account also `queue` and `table`. */
  constructor(data, packages, ports) {
    this.#data = data;
    this.#packages = packages;
    this.#ports = ports;
  }

  get child() {
    return this.#child;
  }

  async start() {
    const log = join(this.#data, 'logs', 'azurite.log');
    const output = openLog(log);
    const location = join(this.#data, 'azurite');
    mkdirSync(location, { recursive: true });
    const addresses = Object.entries(this.#ports).flatMap(([service, port]) =>
      [`--${service}Host`, '127.0.0.1', `--${service}Port`, String(port)]);
    const args = ['--location', location, ...addresses, '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
    const services = this.#ports.queue ? 'all' : 'blob';
    // It stops when its standard input closes, however this process ends.
    this.#child = start(process.execPath, [script, this.#packages, services, ...args], { stdio: ['pipe', output, output] });
    this.#child.stdin.on('error', () => {});

    const listening = async () => (await Promise.all(Object.values(this.#ports).map(accepts))).every(Boolean);
    const isReady = await until(async () => this.#child.hasEnded || await listening(), READY_WITHIN);
    if (this.#child.hasEnded) throw new Error(`Azurite did not start: ${errorLine(log)}`);
    if (!isReady) throw new Error(`Azurite was not ready within ${READY_WITHIN / 1000} s: see ${log}`);
  }

  async stop() {
    if (this.#child) await end(this.#child, ['SIGTERM', 10_000], ['SIGKILL', 5_000]);
  }
}

function errorLine(log) {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return lines.find((line) => /error|unknown/i.test(line)) ?? lines.at(-1) ?? '';
}
