// Writes docs/benchmarks.md, .svg and .json from a run's results. The document's text besides the figures is in
// report.md beside this file, where {{name}} is replaced.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from './chart.mjs';
import { engines } from './engines.mjs';
import { folders } from './folders.mjs';
import { cell, disturbed, goals, rows, shortTitle } from './summary.mjs';

const DISTURBED_PERCENT = 10;
const ROUNDS = ['throughput', 'latency', 'fanout', 'crash'];

export function writeReport(results) {
  const template = readFileSync(join(folders.benchmarks, 'harness', 'report.md'), 'utf8');
  const parts = {
    table: markdownTable(results),
    goals: goalsTable(results),
    machine: machine(results),
    conditions: conditions(results),
    command: `benchmarks/run --runs ${results.runs}`,
  };
  const text = template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name] ?? fail(name));
  writeFileSync(join(folders.docs, 'benchmarks.md'), text);
  writeFileSync(join(folders.docs, 'benchmarks.svg'), draw(results));
  writeFileSync(join(folders.docs, 'benchmarks.json'), `${JSON.stringify(results, null, 2)}\n`);
}

/** The table as it is written, its columns aligned for the terminal. */
export function printTable(results) {
  const lines = table(results);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  console.log();
  for (const line of lines) {
    console.log(line.map((text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join('  '));
  }
  console.log();
  for (const { title, wanted, measured, isReached } of goals(results)) {
    console.log(`${isReached ? 'reached' : 'MISSED '}  ${title}: ${wanted}, measured ${measured}`);
  }
  console.log(`\n${conditions(results)}`);
}

function table({ engines }) {
  const list = Object.values(engines);
  const header = ['', ...list.map(({ title }) => title)];
  const body = rows
    .filter((row) => list.some((engine) => cell(row, engine) !== '–'))
    .map((row) => [row.unit ? `${row.title}, ${row.unit}` : row.title, ...list.map((engine) => cell(row, engine))]);
  return [header, ...body];
}

function markdownTable(results) {
  const [header, ...body] = table(results).map((line) => `| ${line.join(' | ')} |`);
  const columns = Object.keys(results.engines).length;
  return [header, `|---|${'---:|'.repeat(columns)}`, ...body].join('\n');
}

function goalsTable(results) {
  const lines = goals(results).map(({ title, wanted, measured, isReached }) =>
    `| ${[title, wanted, measured, isReached ? 'reached' : '**missed**'].join(' | ')} |`);
  return ['| | goal | measured | |', '|---|---:|---:|---|', ...lines].join('\n');
}

function machine({ machine: facts, postgres, measuredAt }) {
  return `${facts.cores} cores (${facts.processor}), ${facts.memoryGigabytes} GB of memory, ${facts.kernel}, Node.js ${facts.node}, `
    + `.NET ${facts.dotnet}. PostgreSQL ${postgres.server_version} with fsync ${postgres.fsync}, `
    + `synchronous_commit ${postgres.synchronous_commit}, full_page_writes ${postgres.full_page_writes} `
    + `and ${postgres.shared_buffers} of shared buffers. Measured on ${measuredAt.slice(0, 10)}.`;
}

function conditions(results) {
  const rounds = `${results.runs === 1 ? 'One round a test' : `Medians of ${results.runs} rounds a test`}${fewerRounds(results)}.${notMeasured(results)}`;
  const noisy = disturbed(results, DISTURBED_PERCENT);
  if (noisy.length === 0) return `${rounds} In none of them did other processes take more than ${DISTURBED_PERCENT} % of the machine.`;
  const worst = Math.max(...noisy.map(({ percent }) => percent));
  const count = Object.values(results.engines).flatMap(({ tests }) => Object.values(tests).flat()).length;
  const names = [...new Set(noisy.map(({ title, test }) => `${test} of ${title}`))];
  const where = noisy.length === count ? 'all of them' : names.join('; ');
  return `${rounds} **Disturbed, and so provisional:** ${where}; other processes took up to ${worst.toFixed(0)} % of the machine.`;
}

/** The tests that a slow engine ran fewer rounds of. */
function fewerRounds({ engines, runs }) {
  const fewer = Object.values(engines).flatMap(({ title, tests }) => Object.entries(tests)
    .filter(([, all]) => all.length < runs)
    .map(([test, all]) => `${all.length} for ${test} of ${title}`));
  return fewer.length === 0 ? '' : `, ${fewer.join(', ')}, which is slow`;
}

/** What this run was ended before. */
function notMeasured({ engines: measured }) {
  const names = Object.entries(engines).flatMap(([name, { title }]) => {
    const tests = ROUNDS.filter((test) => !(measured[name]?.tests[test]?.length > 0));
    return tests.length === 0 ? [] : [tests.length === ROUNDS.length ? shortTitle(title) : `${tests.join(', ')} of ${shortTitle(title)}`];
  });
  return names.length === 0 ? '' : ` Not measured: ${names.join('; ')}.`;
}

function fail(name) {
  throw new Error(`report.md asks for {{${name}}}, which there is not.`);
}
