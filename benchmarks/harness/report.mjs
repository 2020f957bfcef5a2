// Writes docs/benchmarks.md, .svg and .json from a run's results. What is said in the document besides the figures stands in
// report.md beside this file, where {{name}} is replaced.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from './chart.mjs';
import { folders } from './folders.mjs';
import { cell, disturbed, number, reaches, rows } from './summary.mjs';

const DISTURBED_PERCENT = 10;

export function writeReport(results) {
  const template = readFileSync(join(folders.benchmarks, 'harness', 'report.md'), 'utf8');
  const parts = {
    table: markdownTable(results),
    targets: targets(results),
    commits: commits(results),
    recovery: recovery(results),
    beyond: beyond(results),
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

/** EmbeddedFunctions' figures beside what it has to reach, as they are and as multiples of the floor's. */
function targets({ engines: { atelier, floor } }) {
  const lines = rows.filter((row) => row.target !== undefined).map((row) => {
    const value = row.value(atelier.tests);
    const bound = row.better === 'more' ? '≥' : '≤';
    const verdict = (measured, wanted) => (measured === undefined ? 'not measured' : reaches(row, measured, wanted) ? 'reached' : 'missed');
    const absolute = [
      `${bound} ${number(row.target, row.target % 1 === 0 ? 0 : row.digits)} ${row.unit}`.trim(), cell(row, atelier), verdict(value, row.target),
    ];
    if (row.floor === undefined) return `| ${[row.title, ...absolute, '–', '–', '–'].join(' | ')} |`;
    const [wanted, multiple] = [row.target / row.floor, value / row.value(floor.tests)];
    return `| ${[row.title, ...absolute, `${bound} ${number(wanted, 2)} ×`, `${number(multiple, 2)} ×`, verdict(multiple, wanted)].join(' | ')} |`;
  });
  return ['| | target | measured | | target, of the floor | measured, of the floor | |', '|---|---:|---:|---|---:|---:|---|', ...lines].join('\n');
}

/** What the commits that the floor does not have make of its p50, beside what EmbeddedFunctions took. */
function commits({ engines: { atelier, floor } }) {
  const row = (title) => rows.find((each) => each.title.includes(title));
  const [p50, commit] = [row('p50'), row('a transaction of one row')];
  const [of, took] = [p50.value(floor.tests), commit.value(atelier.tests)];
  return `${number(of, 1)} ms + 3 × ${number(took, 2)} ms = ${number(of + 3 * took, 1)} ms; it took ${number(p50.value(atelier.tests), 1)} ms`;
}

/** The targets that the floor itself does not reach here. */
function beyond({ engines: { floor } }) {
  const missed = rows.filter((row) => row.floor !== undefined && row.target !== undefined && !reaches(row, row.value(floor.tests), row.target));
  return missed.map((row) => `${row.title} (${cell(row, floor)}${row.unit && ` ${row.unit}`})`).join('; ') || 'none';
}

/** What a start and the jobs of a recovery take the floor, which has nothing to recover. */
function recovery({ engines: { atelier, floor } }) {
  const of = (engine, title) => rows.find((each) => each.title.includes(title)).value(engine.tests);
  const [afresh, took] = [of(floor, 'the lost ones submitted'), of(atelier, 'restart to all complete')];
  return `${number(afresh, 2)} s from its start until they are complete; EmbeddedFunctions' ${number(took, 2)} s are ${number(took / afresh, 2)} times that`;
}

function machine({ machine: facts, postgres, measuredAt }) {
  return `${facts.cores} cores (${facts.processor}), ${facts.memoryGigabytes} GB of memory, ${facts.kernel}, Node.js ${facts.node}, `
    + `.NET ${facts.dotnet}. PostgreSQL ${postgres.server_version} with fsync ${postgres.fsync}, `
    + `synchronous_commit ${postgres.synchronous_commit}, full_page_writes ${postgres.full_page_writes} `
    + `and ${postgres.shared_buffers} of shared buffers. Measured on ${measuredAt.slice(0, 10)}.`;
}

function conditions(results) {
  const noisy = disturbed(results, DISTURBED_PERCENT);
  const rounds = results.runs === 1 ? 'One round a test' : `Medians of ${results.runs} rounds a test`;
  if (noisy.length === 0) return `${rounds}. In none of them did other processes take more than ${DISTURBED_PERCENT} % of the machine.`;
  const worst = Math.max(...noisy.map(({ percent }) => percent));
  const count = Object.values(results.engines).flatMap(({ tests }) => Object.values(tests).flat()).length;
  const names = [...new Set(noisy.map(({ title, test }) => `${test} of ${title}`))];
  const where = noisy.length === count ? 'all of them' : names.join('; ');
  return `${rounds}. **Disturbed, and so provisional:** ${where}; other processes took up to ${worst.toFixed(0)} % of the machine.`;
}

function fail(name) {
  throw new Error(`report.md asks for {{${name}}}, which there is not.`);
}
