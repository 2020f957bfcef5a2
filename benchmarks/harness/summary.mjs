// From rounds to figures: the rows of the table, each with its value an engine, as numbers.
const median = (rounds, value) => {
  const values = (rounds ?? []).map(value).filter((each) => Number.isFinite(each)).sort((a, b) => a - b);
  return values.length === 0 ? undefined : values[Math.floor((values.length - 1) / 2)];
};

const OWN = 'postgresql';
const afresh = ({ crash }) => median(crash, (round) => round.afreshSeconds);

/**
 * `value` takes an engine's tests and gives the figure or undefined; `digits` are after the point; `better` is the direction in
 * which an engine is faster. `goals` are what DurableTask.PostgreSQL has to reach: a figure, or a multiple of what another engine
 * did in the same run, by its `value` or, where there is one, by the goal's `than`.
 */
export const rows = [
  {
    title: '1,000 jobs, 64 submitted at a time', unit: 'jobs/s', digits: 0, better: 'more', chart: 'Throughput, jobs/s',
    goals: [{ times: 0.75, engine: 'floor' }, { times: 3, engine: 'restate' }, { times: 8, engine: 'dbos' }],
    value: ({ throughput }) => median(throughput, (round) => round.jobsPerSecond),
  },
  {
    title: 'one at a time, p50', unit: 'ms', digits: 1, better: 'less', chart: 'One at a time, p50, ms',
    goals: [{ times: 2, engine: 'floor' }],
    value: ({ latency }) => median(latency, (round) => round.p50),
  },
  {
    title: 'one at a time, p99', unit: 'ms', digits: 1, better: 'less',
    goals: [{ times: 1.7, engine: 'floor' }],
    value: ({ latency }) => median(latency, (round) => round.p99),
  },
  {
    title: 'meanwhile a transaction of one row took, p50', unit: 'ms', digits: 2, better: 'less',
    value: ({ latency }) => median(latency, (round) => round.commitMilliseconds),
  },
  {
    title: '500 at once, each call 500 ms', unit: 's', digits: 2, better: 'less', chart: '500 at once, each call 500 ms, s',
    goals: [{ times: 1.15, engine: 'floor' }],
    value: ({ fanout }) => median(fanout, (round) => round.seconds),
  },
  {
    title: 'CPU a job, engine and PostgreSQL', unit: 'ms', digits: 2, better: 'less', chart: 'CPU a job, ms',
    goals: [{ times: 1.5, engine: 'floor' }],
    value: ({ throughput }) => median(throughput, (round) => round.cpuMilliseconds),
  },
  {
    title: 'commits a job in PostgreSQL', unit: '', digits: 2, better: 'less',
    goals: [{ figure: 2.2 }],
    value: ({ throughput }) => median(throughput, (round) => round.commitsPerJob),
  },
  {
    title: 'write-ahead log a job', unit: 'KB', digits: 1, better: 'less',
    value: ({ throughput }) => median(throughput, (round) => round.walKilobytesPerJob),
  },
  {
    title: 'memory of the engine at the peak', unit: 'MiB', digits: 0, better: 'less', chart: 'Memory at the peak, MiB',
    goals: [{ figure: 170 }],
    value: ({ throughput }) => median(throughput, (round) => round.peakMebibytes),
  },
  {
    title: 'kill -9 with 500 in flight: restart to all complete', unit: 's', digits: 2, better: 'less',
    chart: 'kill -9: restart to all complete, s',
    goals: [{ times: 1.1, engine: 'floor', than: afresh, of: 'the floor’s start and one round of the calls' }],
    value: ({ crash }) => median(crash, (round) => round.seconds),
    instead: ({ crash }) => lossOf(crash),
  },
  {
    title: '… the lost ones submitted to a new process: its start to all complete', unit: 's', digits: 2, better: 'less',
    value: afresh,
  },
  {
    title: '… of which until the new process responds', unit: 's', digits: 2, better: 'less',
    value: ({ crash }) => median(crash, (round) => round.startSeconds),
  },
  {
    title: '… until all calls are made again', unit: 's', digits: 2, better: 'less',
    value: ({ crash }) => (lossOf(crash) ? undefined : median(crash, (round) => round.calledAgainSeconds)),
  },
  {
    title: '… provider calls made again, of those open at the kill', unit: '', digits: 0, better: 'less',
    value: ({ crash }) => (lossOf(crash) ? undefined : median(crash, (round) => round.repeatedCalls)),
    suffix: ({ crash }) => ` of ${number(median(crash, (round) => round.openCallsAtKill), 0)}`,
  },
];

/** One cell of the table in words: the figure, or why there is none. */
export function cell(row, { tests }) {
  const value = row.value(tests);
  if (value === undefined) return row.instead?.(tests) ?? '–';
  return number(value, row.digits) + (row.suffix?.(tests) ?? '');
}

export const number = (value, digits) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Each goal with what it asks for, in words, and what was measured; those of engines that were not measured are left out. */
export function goals({ engines }) {
  return rows.flatMap((row) => (row.goals ?? []).map((goal) => {
    const [value, limit] = [row.value(engines[OWN]?.tests ?? {}), limitOf(row, goal, engines)];
    if (value === undefined || limit === undefined) return undefined;
    const sign = row.better === 'more' ? '≥' : '≤';
    const [wanted, measured] = goal.figure
      ? [`${number(goal.figure, row.digits)} ${row.unit}`, `${number(value, row.digits)} ${row.unit}`]
      : [`${goal.times} × ${goal.of ?? (goal.engine === 'floor' ? 'the floor' : shortTitle(engines[goal.engine].title))}`, `${number((goal.times * value) / limit, 2)} ×`];
    return {
      title: row.title,
      wanted: `${sign} ${wanted}`.trim(),
      measured: measured.trim(),
      isReached: row.better === 'more' ? value >= limit : value <= limit,
    };
  })).filter(Boolean);
}

/** The figure of a row's first goal in this run. */
export function firstLimit(row, { engines }) {
  return row.goals && limitOf(row, row.goals[0], engines);
}

function limitOf(row, goal, engines) {
  if (goal.figure) return goal.figure;
  const base = (goal.than ?? row.value)(engines[goal.engine]?.tests ?? {});
  return base === undefined ? undefined : goal.times * base;
}

/** An engine's name without what it runs on. */
export const shortTitle = (title) => title.split(/ on |, |: /)[0];

/** The rounds that counted although other processes took more of the machine than they should. */
export function disturbed(results, percent) {
  return Object.values(results.engines).flatMap(({ title, tests }) => Object.entries(tests).flatMap(([test, rounds]) =>
    rounds.filter((round) => round.foreignPercent > percent).map((round) => ({ title, test, percent: round.foreignPercent }))));
}

function lossOf(crash) {
  const lost = median(crash, (round) => round.lost);
  return lost > 0 ? `${lost} of ${crash[0].jobs} lost` : undefined;
}
