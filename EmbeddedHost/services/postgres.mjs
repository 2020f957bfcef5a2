// One PostgreSQL server on the loopback interface, its cluster in the data folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityFor } from './identity.mjs';
import { binaries } from './install.mjs';
import { end, openLog, start, until } from './processes.mjs';

const USER = 'atelier';
const DATABASE = 'atelier';
const READY_WITHIN = 60_000; // recovery after a crash may have much to replay

export class Postgres {
  name = 'PostgreSQL';
  key = 'postgres';
  #folder;
  #cluster;
  #programs;
  #identity;
  #log;
  #port;
  #child;

  constructor(data, packages, { port, password }) {
    this.#folder = join(data, 'postgres');
    this.#cluster = join(this.#folder, 'data');
    this.#programs = join(binaries(packages), 'native', 'bin');
    this.#log = join(data, 'logs', 'postgres.log');
    this.#port = port;
    mkdirSync(this.#folder, { recursive: true });
    this.#identity = identityFor(this.#program('postgres'), this.#cluster);
    if (!existsSync(this.#cluster)) this.#create(password);
  }

  get child() {
    return this.#child;
  }

  /** Starts the server and resolves when it accepts queries. */
  async start() {
    const output = openLog(this.#log);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'jit=off',
      'shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=none'];
    const args = ['-D', this.#cluster, '-p', String(this.#port), ...settings.flatMap((setting) => ['-c', setting])];
    this.#child = start(...this.#as('postgres', args), { stdio: ['ignore', output, output], cwd: this.#folder });

    const isReady = await until(() => this.#child.hasEnded || this.#isReady(), READY_WITHIN);
    if (this.#child.hasEnded) throw new Error(`PostgreSQL did not start: ${this.#errorLine()}`);
    if (!isReady) throw new Error(`PostgreSQL was not ready within ${READY_WITHIN / 1000} s: see ${this.#log}`);
  }

  /** Fast shutdown: sessions are ended, everything is written. */
  async stop() {
    if (!this.#child) return;
    if (process.platform === 'win32' && !this.#child.hasEnded) {
      spawnSync(this.#program('pg_ctl'), ['stop', '-D', this.#cluster, '-m', 'fast', '-w'], { stdio: 'ignore' });
    }
    await end(this.#child, ['SIGINT', 30_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]);
  }

  // The cluster is made beside its place and moved there when it is whole: an interrupted start leaves no half of one.
  #create(password) {
    const draft = join(this.#folder, 'draft');
    const secret = join(this.#folder, 'password');
    rmSync(draft, { recursive: true, force: true });
    rmSync(secret, { force: true });
    this.#identity.own(this.#folder);
    writeFileSync(secret, password, { mode: 0o600 });
    this.#identity.own(secret);
    try {
      this.#run('initdb', ['-D', draft, '-U', USER, '--pwfile', secret, '--auth=scram-sha-256', '--encoding=UTF8',
        '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-locale', '--no-instructions']);
    } finally {
      rmSync(secret);
    }
    this.#run('postgres', ['--single', '-D', draft, 'postgres'], `CREATE DATABASE ${DATABASE};\n`);
    renameSync(draft, this.#cluster);
  }

  #run(program, args, input = '') {
    const options = { input, encoding: 'utf8', cwd: this.#folder, env: { ...process.env, LC_ALL: 'C' } };
    const { status, stderr, error } = spawnSync(...this.#as(program, args), options);
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr.trim().split('\n').pop()}`);
  }

  #as(program, args) {
    const path = this.#program(program);
    const { command, prefix } = this.#identity;
    return command ? [command, [...prefix, path, ...args]] : [path, args];
  }

  #program(name) {
    return join(this.#programs, process.platform === 'win32' ? `${name}.exe` : name);
  }

  // The eighth line of postmaster.pid is the state of the server; its first is the server's process id.
  #isReady() {
    try {
      const lines = readFileSync(join(this.#cluster, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === this.#child.pid && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  }

  #errorLine() {
    const lines = readFileSync(this.#log, 'utf8').trim().split('\n');
    return lines.findLast((line) => line.includes('FATAL')) ?? lines.at(-1);
  }
}
