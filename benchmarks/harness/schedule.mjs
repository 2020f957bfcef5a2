// Which rounds an engine runs, in which order, and which of them count.
import { Bench } from './bench.mjs';
import { crash, fanout, latency, throughput } from './tests.mjs';

const QUIET_PERCENT = 10; // of the machine: what other processes may take in a round that counts
const QUIET_WAIT = 5_000; // milliseconds
// Milliseconds after which a slow engine has run enough rounds of a test: three, or one that took longer than that by itself.
const LONGEST_TEST = 240_000;
const FEWEST_ROUNDS = 3;
const WARM_UP_ROUNDS = { throughput: 30, latency: 5, fanout: 3 };

/**
 * Runs the tests on engines that are on the bench together, a round of each in turn: a machine's speed changes from one minute to the next, and
 * what is compared closely has to be measured side by side. Resolves to each engine's rounds by name, and to PostgreSQL's settings.
 */
export async function measureInTurn({ group, postgres, stub, run, cores, options, progress }) {
  const { tests, runs, warmUpSeconds } = options;
  const subjects = group.map(({ name, engine }) => ({ name, bench: new Bench({ name, engine, postgres, stub, cores, run }), results: {} }));
  try {
    for (const { name, bench } of subjects) {
      progress(`${name}: starting`);
      await bench.start();
    }
    if (tests.has('throughput') || tests.has('memory')) {
      await each(({ bench }) => warmUp(() => throughput(bench), WARM_UP_ROUNDS.throughput));
      await rounds('throughput', throughput);
    }
    if (tests.has('latency')) {
      await each(({ bench }) => warmUp(() => latency(bench), WARM_UP_ROUNDS.latency));
      await rounds('latency', latency);
    }
    if (tests.has('fanout')) {
      await each(({ bench }) => warmUp(() => fanout(bench), WARM_UP_ROUNDS.fanout));
      await rounds('fanout', fanout);
    }
    if (tests.has('crash')) await rounds('crash', crash, 0);
    return {
      settings: await subjects[0].bench.database.settings(),
      engines: Object.fromEntries(subjects.map(({ name, results }) => [name, results])),
    };
  } finally {
    await each(({ bench }) => bench.stop());
  }

  async function each(action) {
    for (const subject of subjects) await action(subject);
  }

  async function warmUp(round, count) {
    const end = performance.now() + 1000 * warmUpSeconds;
    for (let done = 0; done < count && performance.now() < end; done++) await round();
  }

  /**
   * As many rounds as asked for, fewer of a slow engine; one that other processes disturbed is run again, at most as often as rounds are
   * asked for.
   */
  async function rounds(test, round, repetitions = runs) {
    const all = new Map(subjects.map((subject) => [subject, []]));
    const spent = new Map(subjects.map((subject) => [subject, 0]));
    const calm = (subject) => all.get(subject).filter((one) => one.foreignPercent <= QUIET_PERCENT);
    const isSlow = (subject) => spent.get(subject) > LONGEST_TEST * (all.get(subject).length < FEWEST_ROUNDS ? all.get(subject).length : 1);
    const unfinished = () => subjects.filter((subject) =>
      calm(subject).length < runs && all.get(subject).length < runs + repetitions && !isSlow(subject));
    for (let turn = unfinished(); turn.length > 0; turn = unfinished()) {
      for (const subject of turn) {
        await subject.bench.quiet(QUIET_PERCENT, QUIET_WAIT);
        const started = performance.now();
        const measured = await round(subject.bench);
        spent.set(subject, spent.get(subject) + performance.now() - started);
        progress(`${subject.name}: ${test} ${describe(measured)}`);
        all.get(subject).push(measured);
      }
    }
    for (const subject of subjects) {
      subject.results[test] = all.get(subject).sort((a, b) => a.foreignPercent - b.foreignPercent).slice(0, runs);
    }
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
