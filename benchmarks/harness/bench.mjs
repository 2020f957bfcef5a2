// One engine under measurement: its database, server and worker, and functions to submit jobs and to wait for them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { setClock } from './clock.mjs';
import { Database } from './database.mjs';
import { folders } from './folders.mjs';
import { cpuSeconds, machineCpuSeconds, peakMebibytes, resetPeak } from './proc.mjs';
import { freePorts, kill, pause, stop, until, untilHealthy } from './processes.mjs';

const PROMPT = 'A launch campaign for a small electric boat, calm in tone, in spring, for people who live near a lake. '.repeat(2);
const COUNT_EVERY = 20; // milliseconds

export class Bench {
  #engine;
  #context;
  #postgres;
  #stub;
  #entrance;
  #server;
  #worker;
  #cores;
  #agent = new Agent({ connections: 512, pipelining: 1, keepAliveTimeout: 60_000, headersTimeout: 120_000, bodyTimeout: 120_000 });
  #batches = 0;

  constructor({ name, engine, postgres, stub, cores, run }) {
    this.name = name;
    this.#engine = engine;
    this.#postgres = postgres;
    this.#stub = stub;
    this.#cores = cores;
    const database = `bench_${name}`;
    this.#context = {
      name,
      logs: folders.logs,
      url: postgres.url(database),
      npgsql: postgres.npgsql(database),
      provider: `${stub.address}/`,
      // Each run writes into folders of its own: where many files were just deleted, ext4 creates new ones slowly.
      images: join(run, name, 'images'),
      state: join(run, name, 'state'),
    };
  }

  get durable() {
    return this.#engine.durable;
  }

  async start() {
    const context = this.#context;
    for (const folder of [context.images, context.state]) mkdirSync(folder, { recursive: true });
    const names = ['worker', 'server', 'ingress', 'admin', 'service', 'blob', 'queue', 'table'];
    const ports = await freePorts(names.length);
    context.ports = Object.fromEntries(names.map((name, index) => [name, ports[index]]));
    this.#entrance = this.#engine.entrance(context.ports);
    this.database = await Database.create(this.#postgres, `bench_${this.name}`);
    this.#server = await this.#engine.startServer?.(context);
    await this.startWorker();
    await this.#engine.register?.(context);
  }

  async startWorker() {
    this.#worker = this.#engine.startWorker(this.#context);
    await untilHealthy(this.#worker, `http://127.0.0.1:${this.#context.ports.worker}/health`);
  }

  killWorker() {
    return kill(this.#worker);
  }

  async stop() {
    await stop(this.#worker);
    await stop(this.#server);
    await this.#agent.close();
    await this.database?.close();
  }

  /** Ids that no batch before had. */
  newIds(count) {
    const batch = `${this.name}-${++this.#batches}`;
    return Array.from({ length: count }, (_, index) => `${batch}-${index}`);
  }

  async prepareRound(delay) {
    setClock();
    await this.#stub.reset(delay);
    await this.database.clear();
  }

  setDelay(milliseconds) {
    return this.#stub.setDelay(milliseconds);
  }

  calls() {
    return this.#stub.counts();
  }

  async submit(id) {
    const { origin, path } = this.#entrance(id);
    const response = await request(origin + path, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, prompt: PROMPT }),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${this.name} responded with ${response.statusCode} to a job: ${text}`);
  }

  /** Submits jobs with limited concurrency; resolves once all are accepted. */
  async submitAll(ids, concurrency) {
    let next = 0;
    const submitter = async () => {
      while (next < ids.length) await this.submit(ids[next++]);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, ids.length) }, submitter));
  }

  /** Waits until a number of jobs are complete or the time is over. Resolves to how many are and when the last one was. */
  async completion(count, milliseconds) {
    let state = await this.database.completed();
    for (const deadline = performance.now() + milliseconds; state.count < count && performance.now() < deadline;) {
      if (this.#worker.hasEnded) throw new Error(`The worker of ${this.name} ended: see ${this.#worker.logFile}`);
      await pause(COUNT_EVERY);
      state = await this.database.completed();
    }
    return state;
  }

  /**
   * Runs `work` and measures around it: what the worker, its server and PostgreSQL used and wrote, the peak of the worker's and
   * its server's memory, and how much of the machine went to processes that are none of the benchmark's.
   */
  async measure(work) {
    const engine = () => this.#pids.reduce((sum, pid) => sum + cpuSeconds(pid, true), 0);
    const postgres = () => cpuSeconds(this.#postgres.pid, true);
    const harness = () => cpuSeconds(this.#stub.pid) + process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
    const snapshot = async () => ({
      at: performance.now(), engine: engine(), postgres: postgres(), harness: harness(), machine: machineCpuSeconds(),
      ...(await this.database.written()),
    });

    for (const pid of this.#pids) resetPeak(pid);
    const before = await snapshot();
    const result = await work();
    const after = await snapshot();
    const used = Object.fromEntries(Object.keys(before).map((key) => [key, after[key] - before[key]]));
    const foreign = used.machine - used.engine - used.postgres - used.harness;
    return {
      ...result,
      cpu: { engine: used.engine, postgres: used.postgres, harness: used.harness },
      commits: used.commits,
      walBytes: used.wal,
      peakMebibytes: this.#pids.reduce((sum, pid) => sum + peakMebibytes(pid), 0),
      foreignPercent: Math.max(0, (100 * foreign) / ((used.at / 1000) * this.#cores)),
    };
  }

  /** Waits, for a few seconds at most, until other processes leave the machine alone. */
  async quiet(percent, milliseconds) {
    await until(async () => {
      const [busy, at] = [machineCpuSeconds(), performance.now()];
      await pause(250);
      return (100 * (machineCpuSeconds() - busy) * 1000) / ((performance.now() - at) * this.#cores) < percent;
    }, milliseconds, 0);
  }

  get #pids() {
    return [this.#worker, this.#server].filter(Boolean).map((child) => child.pid);
  }
}
