// The command line.
import { parseArgs } from 'node:util';

const ENGINES = ['postgresql', 'floor', 'restate', 'dbos', 'azurestorage', 'bullmq'];
const TESTS = ['throughput', 'latency', 'fanout', 'memory', 'crash'];

export const usage = `Measures DurableTask.PostgreSQL beside other engines: benchmarks/run [options]

  --engines LIST   of ${ENGINES.join(',')} (default all)
  --tests LIST     of ${TESTS.join(',')} (default all)
  --runs N         rounds a test, of which the median counts (default 9)
  --warm-up N      seconds at most, a test and engine, before rounds count (default 45; 0 while working on the harness)
  --report         writes docs/benchmarks.md and .svg again from docs/benchmarks.json, measuring nothing
  --help           shows this

A run of every test on every engine writes docs/benchmarks.md, .svg and .json; any run writes .atelier/benchmarks/results.json.`;

export function parseArguments(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        engines: { type: 'string', default: ENGINES.join(',') },
        tests: { type: 'string', default: TESTS.join(',') },
        runs: { type: 'string', default: '9' },
        'warm-up': { type: 'string', default: '45' },
        report: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const engines = chosen(values.engines, ENGINES, 'engine');
    const tests = new Set(chosen(values.tests, TESTS, 'test'));
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is not a number from 1 on`);
    const warmUpSeconds = Number(values['warm-up']);
    if (!Number.isInteger(warmUpSeconds) || warmUpSeconds < 0) throw new Error(`--warm-up ${values['warm-up']} is not a number from 0 on`);
    const complete = engines.length === ENGINES.length && tests.size === TESTS.length;
    return { ...values, engines, tests, runs, warmUpSeconds, complete };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

function chosen(list, known, what) {
  const names = [...new Set(list.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no ${what} ${unknown.join(', ')}: ${known.join(', ')}`);
  return names;
}
