// From rounds to figures: the rows of the table, each with its value an engine, as numbers.
const median = (rounds, value) => {
  const values = (rounds ?? []).map(value).filter((each) => Number.isFinite(each)).sort((a, b) => a - b);
  return values.length === 0 ? undefined : values[Math.floor((values.length - 1) / 2)];
};

/**
 * `value` takes an engine's tests and gives the figure or undefined; `digits` are after the point; `better` is the direction in
 * which an engine is faster; `target` is what EmbeddedFunctions has to reach, and `floor` what the floor took on the machine for
 * which that was said.
 */
export const rows = [
  {
    title: '1,000 jobs, 64 submitted at a time', unit: 'jobs/s', digits: 0, better: 'more', target: 2000, floor: 2387, chart: 'Throughput, jobs/s',
    value: ({ throughput }) => median(throughput, (round) => round.jobsPerSecond),
  },
  {
    title: 'one at a time, p50', unit: 'ms', digits: 1, better: 'less', target: 2.2, floor: 0.98, chart: 'One at a time, p50, ms',
    value: ({ latency }) => median(latency, (round) => round.p50),
  },
  {
    title: 'one at a time, p99', unit: 'ms', digits: 1, better: 'less', target: 6, floor: 3.7,
    value: ({ latency }) => median(latency, (round) => round.p99),
  },
  {
    title: 'meanwhile a transaction of one row took, p50', unit: 'ms', digits: 2, better: 'less',
    value: ({ latency }) => median(latency, (round) => round.commitMilliseconds),
  },
  {
    title: '500 at once, each call 500 ms', unit: 's', digits: 2, better: 'less', target: 0.75, floor: 0.65, chart: '500 at once, each call 500 ms, s',
    value: ({ fanout }) => median(fanout, (round) => round.seconds),
  },
  {
    title: 'CPU a job, engine and PostgreSQL', unit: 'ms', digits: 2, better: 'less', target: 0.7, floor: 0.45, chart: 'CPU a job, ms',
    value: ({ throughput }) => median(throughput, (round) => round.cpuMilliseconds),
  },
  {
    title: 'commits a job in PostgreSQL', unit: '', digits: 2, better: 'less', target: 2.2, floor: 2,
    value: ({ throughput }) => median(throughput, (round) => round.commitsPerJob),
  },
  {
    title: 'write-ahead log a job', unit: 'KB', digits: 1, better: 'less',
    value: ({ throughput }) => median(throughput, (round) => round.walKilobytesPerJob),
  },
  {
    title: 'memory of the engine at the peak', unit: 'MiB', digits: 0, better: 'less', target: 160, floor: 119, chart: 'Memory at the peak, MiB',
    value: ({ throughput }) => median(throughput, (round) => round.peakMebibytes),
  },
  {
    title: 'kill -9 with 500 in flight: restart to all complete', unit: 's', digits: 2, better: 'less', target: 1.2,
    chart: 'kill -9: restart to all complete, s',
    value: ({ crash }) => median(crash, (round) => round.seconds),
    instead: ({ crash }) => lossOf(crash),
  },
  {
    title: '… the lost ones submitted to a new process: its start to all complete', unit: 's', digits: 2, better: 'less',
    value: ({ crash }) => median(crash, (round) => round.afreshSeconds),
  },
  {
    title: '… of which until the new process answers', unit: 's', digits: 2, better: 'less',
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

/** Whether a figure reaches a target of its row. */
export const reaches = (row, value, target) => (row.better === 'more' ? value >= target : value <= target);

/** The rounds that counted although other processes took more of the machine than they should. */
export function disturbed(results, percent) {
  return Object.values(results.engines).flatMap(({ title, tests }) => Object.entries(tests).flatMap(([test, rounds]) =>
    rounds.filter((round) => round.foreignPercent > percent).map((round) => ({ title, test, percent: round.foreignPercent }))));
}

function lossOf(crash) {
  const lost = median(crash, (round) => round.lost);
  return lost > 0 ? `${lost} of ${crash[0].jobs} lost` : undefined;
}
