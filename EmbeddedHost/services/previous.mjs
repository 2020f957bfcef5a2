// The processes of the previous run: a host killed with kill -9 has no time to stop its children. They stop by themselves, and
// the next start waits for that, because two PostgreSQL servers or two Azurites must never share a folder.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, isAlive, signal, until } from './processes.mjs';

const GRACE = 20_000;
const gentle = { postgres: 'SIGINT', azurite: 'SIGTERM' };
const firm = { supervisor: 'SIGKILL', postgres: 'SIGQUIT', azurite: 'SIGKILL' };

/** The processes of one data folder, by name, in a file that survives them. */
export class ProcessBook {
  #file;
  #data;
  #pids = {};

  constructor(data) {
    this.#data = data;
    this.#file = join(data, 'processes.json');
  }

  record(name, pid) {
    this.#pids[name] = pid;
    writeFileSync(this.#file, JSON.stringify(this.#pids));
  }

  close() {
    rmSync(this.#file, { force: true });
  }

  /** Waits until every process of the previous run has ended; those whose supervisor is gone get a signal to stop. */
  async waitForPrevious(onWait) {
    const alive = () => Object.entries(this.#read()).filter(([, pid]) => this.#isOurs(pid));
    if (alive().length === 0) return;
    onWait();

    const signalled = new Set();
    const gone = () => {
      const left = alive();
      if (left.some(([name]) => name === 'supervisor')) return false;
      for (const [name, pid] of left.filter(([, pid]) => !signalled.has(pid))) {
        signalled.add(pid);
        signal(pid, gentle[name]);
      }
      return left.length === 0;
    };
    if (await until(gone, GRACE)) return;

    for (const [name, pid] of alive()) signal(pid, firm[name]);
    await until(() => alive().length === 0, GRACE);
  }

  #read() {
    try {
      return existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {};
    } catch {
      return {}; // Cut off by a crash while it was written: those processes are unknown.
    }
  }

  // Process ids are used again: a process is ours only if its command line names our folder.
  #isOurs(pid) {
    return isAlive(pid) && commandLine(pid).includes(this.#data);
  }
}
