// Which rounds an engine runs, in which order, and which of them count.
import { Bench } from './bench.mjs';
import { crash, fanout, latency, throughput } from './tests.mjs';

const QUIET_PERCENT = 10; // of the machine: what other processes may take in a round that counts
const QUIET_WAIT = 5_000; // milliseconds
const WARM_UP = 30_000; // milliseconds after which a slow engine counts as warm
const WARM_UP_ROUNDS = 20;

/** Runs the tests on one engine. Resolves to their rounds, and to PostgreSQL's settings. */
export async function measureEngine({ name, engine, postgres, stub, run, cores, options, progress }) {
  const bench = new Bench({ name, engine, postgres, stub, cores, run });
  const { tests, runs } = options;
  const results = {};
  try {
    progress(`${name}: starting`);
    await bench.start();
    if (tests.has('throughput') || tests.has('memory')) {
      await warmUp(() => throughput(bench));
      results.throughput = await rounds('throughput', () => throughput(bench));
    }
    if (tests.has('latency')) {
      await latency(bench, 50);
      results.latency = await rounds('latency', () => latency(bench));
    }
    if (tests.has('fanout')) {
      await fanout(bench);
      results.fanout = await rounds('fanout', () => fanout(bench));
    }
    if (tests.has('crash')) results.crash = await rounds('crash', () => crash(bench), 0);
    return { tests: results, settings: await bench.database.settings() };
  } finally {
    await bench.stop();
  }

  async function warmUp(round) {
    const end = performance.now() + WARM_UP;
    for (let done = 0; done < WARM_UP_ROUNDS && performance.now() < end; done++) await round();
  }

  /** As many rounds as asked for; one that other processes disturbed is run again, at most as often as rounds are asked for. */
  async function rounds(test, round, repetitions = runs) {
    const all = [];
    const calm = () => all.filter((each) => each.foreignPercent <= QUIET_PERCENT);
    while (calm().length < runs && all.length < runs + repetitions) {
      await bench.quiet(QUIET_PERCENT, QUIET_WAIT);
      const measured = await round();
      progress(`${name}: ${test} ${describe(measured)}`);
      all.push(measured);
    }
    return all.sort((a, b) => a.foreignPercent - b.foreignPercent).slice(0, runs);
  }
}

function describe(round) {
  const parts = [
    round.jobsPerSecond && `${round.jobsPerSecond.toFixed(0)} jobs/s`,
    round.cpuMilliseconds && `${round.cpuMilliseconds.toFixed(2)} ms CPU a job`,
    round.commitsPerJob && `${round.commitsPerJob.toFixed(2)} commits a job`,
    round.p50 && `p50 ${round.p50.toFixed(2)} ms, p99 ${round.p99.toFixed(2)} ms`,
    !round.jobsPerSecond && !round.p50 && round.seconds && `${round.seconds.toFixed(2)} s`,
    round.repeatedCalls !== undefined && `${round.repeatedCalls} of ${round.openCallsAtKill} open calls repeated`,
    round.complete < round.jobs && `${round.jobs - round.complete} of ${round.jobs} never completed`,
    round.peakMebibytes && `${round.peakMebibytes.toFixed(0)} MiB`,
    round.foreignPercent > QUIET_PERCENT && `disturbed: others took ${round.foreignPercent.toFixed(0)} % of the machine`,
  ];
  return parts.filter(Boolean).join(', ');
}
