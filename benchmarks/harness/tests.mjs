// What is measured, each as a round on a bench.
import { now } from './clock.mjs';
import { pause, until } from './processes.mjs';

const LIMIT = 600_000; // milliseconds after which a round is abandoned
const PROVIDER_DELAY = 500;
const ENDLESS = 30_000;
const JOBS_AT_ONCE = 500;

/** 1,000 jobs, 64 at a time being submitted; the time from the first submission to the last completion. */
export async function throughput(bench, jobs = 1_000) {
  await bench.prepareRound(0);
  const ids = bench.newIds(jobs);
  const round = await bench.measure(async () => {
    const started = now();
    await bench.submitAll(ids, 64);
    const { count, last } = await bench.completion(jobs, LIMIT);
    return { jobs, complete: count, seconds: (last - started) / 1000 };
  });
  return {
    ...round,
    jobsPerSecond: round.complete / round.seconds,
    cpuMilliseconds: (1000 * (round.cpu.engine + round.cpu.postgres)) / jobs,
    commitsPerJob: round.commits / jobs,
    walKilobytesPerJob: round.walBytes / jobs / 1000,
  };
}

/** One job after another; from before a job is submitted to when its row was completed, by the machine's one clock. */
export async function latency(bench, jobs = 300) {
  await bench.prepareRound(0);
  const commitMilliseconds = await bench.database.commitMilliseconds();
  const ids = bench.newIds(jobs);
  const round = await bench.measure(async () => {
    const milliseconds = [];
    for (const id of ids) {
      const started = now();
      await bench.submit(id);
      let completed;
      if (!(await until(async () => (completed = await bench.database.completedAt(id)) !== undefined, 20_000, 1))) break;
      milliseconds.push(completed - started);
    }
    return { jobs, complete: milliseconds.length, milliseconds };
  });
  const sorted = round.milliseconds.sort((a, b) => a - b);
  return { ...round, milliseconds: undefined, commitMilliseconds, p50: percentile(sorted, 50), p99: percentile(sorted, 99), max: sorted.at(-1) };
}

/** 500 jobs at once, each of whose two calls takes half a second: they only wait, so the cost is the memory of an engine. */
export async function fanout(bench) {
  await bench.prepareRound(PROVIDER_DELAY);
  const ids = bench.newIds(JOBS_AT_ONCE);
  return bench.measure(async () => {
    const started = now();
    await bench.submitAll(ids, JOBS_AT_ONCE);
    const { count, last } = await bench.completion(JOBS_AT_ONCE, LIMIT);
    return { jobs: JOBS_AT_ONCE, complete: count, seconds: (last - started) / 1000 };
  });
}

/**
 * The worker is killed with SIGKILL while 500 accepted jobs have their calls open, and started again. Measured is the time from the
 * new start to the last completion, and how many calls were made a second time; nothing is submitted again. An engine that has lost the
 * jobs gets them once more, which is what a start costs with nothing to recover.
 */
export async function crash(bench) {
  await bench.prepareRound(ENDLESS); // so that also an engine that takes its time has all of them in flight
  const ids = bench.newIds(JOBS_AT_ONCE);
  await bench.submitAll(ids, JOBS_AT_ONCE);
  await until(async () => (await bench.calls()).open >= 2 * JOBS_AT_ONCE, ENDLESS, 5);
  const { open } = await bench.calls();
  await bench.killWorker();
  await bench.setDelay(PROVIDER_DELAY);
  const { count: before } = await bench.database.completed();
  const round = await bench.measure(async () => {
    const started = now();
    await bench.startWorker();
    const ready = now();
    let calledAgain;
    let over = false;
    const watch = until(async () => over || ((await bench.calls()).repeated >= open && (calledAgain = now())), LIMIT, 10);
    const completion = bench.completion(JOBS_AT_ONCE, bench.durable ? LIMIT : 5_000).finally(() => { over = true; });
    const [{ count, last }] = await Promise.all([completion, watch]);
    return {
      jobs: JOBS_AT_ONCE,
      complete: count,
      seconds: count === JOBS_AT_ONCE ? (last - started) / 1000 : undefined,
      startSeconds: (ready - started) / 1000,
      calledAgainSeconds: calledAgain && (calledAgain - started) / 1000,
    };
  });
  await pause(2 * PROVIDER_DELAY); // What still runs although all is complete is a repetition too.
  const { repeated } = await bench.calls();
  const measured = { ...round, openCallsAtKill: open, completeAtKill: before, repeatedCalls: repeated, lost: JOBS_AT_ONCE - round.complete };
  return bench.durable ? measured : { ...measured, afreshSeconds: await afresh(bench) };
}

/** From the start of a new worker until as many jobs are complete as were lost, submitted again as soon as it responds. */
async function afresh(bench) {
  await bench.killWorker();
  const started = now();
  await bench.startWorker();
  await bench.submitAll(bench.newIds(JOBS_AT_ONCE), JOBS_AT_ONCE);
  const { count, last } = await bench.completion(JOBS_AT_ONCE, LIMIT);
  return count === JOBS_AT_ONCE ? (last - started) / 1000 : undefined;
}

function percentile(sorted, percent) {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
