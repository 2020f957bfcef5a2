// The whole run: installs what is missing, starts each engine, measures it, and writes the results.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../EmbeddedHost/services/processes.mjs';
import { parseArguments, usage } from './arguments.mjs';
import { engines } from './engines.mjs';
import { folders } from './folders.mjs';
import { machineFacts } from './proc.mjs';
import { killAll } from './processes.mjs';

const options = parseArguments(process.argv.slice(2));
if (options.help) {
  console.log(usage);
  process.exit();
}

for (const folder of [folders.logs, folders.binaries]) mkdirSync(folder, { recursive: true });
installPackages();
const { startServer } = await import('./database.mjs');
const { startStub } = await import('./stub.mjs');
const { measureInTurn } = await import('./schedule.mjs');
const { printTable, writeReport } = await import('./report.mjs');

const cluster = join(folders.data, 'cluster');
const runs = join(folders.data, 'runs');
const run = join(runs, String(process.pid));
let postgres;
let stub;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(name, () => {
    killAll();
    postgres?.kill();
    process.exit(130);
  });
}

try {
  if (options.report) {
    writeReport(JSON.parse(readFileSync(join(folders.docs, 'benchmarks.json'), 'utf8')));
  } else {
    const results = await measureAll();
    writeFileSync(join(folders.data, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
    printTable(results);
    if (options.complete) {
      writeReport(results);
      console.log('\nWritten: docs/benchmarks.md, docs/benchmarks.svg and docs/benchmarks.json');
    } else {
      console.log('\nWritten: .atelier/benchmarks/results.json (the documents are written when every engine has run every test)');
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await stub?.stop();
  await postgres?.stop();
  removeRuns();
}
process.exit();

async function measureAll() {
  const machine = { ...machineFacts(), node: process.versions.node, dotnet: output('dotnet', ['--version']) };
  for (const name of options.engines) {
    progress(`${name}: preparing`);
    engines[name].prepare();
  }
  postgres = await startServer(cluster, folders.services);
  stub = await startStub();

  const results = { measuredAt: new Date().toISOString(), runs: options.runs, machine, postgres: {}, engines: {} };
  for (const names of groups(options.engines)) {
    const group = names.map((name) => ({ name, engine: engines[name] }));
    const measured = await measureInTurn({ group, postgres, stub, run, cores: machine.cores, options, progress });
    results.postgres = measured.settings;
    for (const { name, engine } of group) {
      results.engines[name] = { title: engine.title, durable: engine.durable, tests: measured.engines[name] };
    }
  }
  return results;
}

/** Engines that are compared by goals are measured in turn; the others, each of which keeps the machine busy, one after the other. */
function groups(names) {
  const together = names.filter((name) => engines[name].alternates);
  return [together, ...names.filter((name) => !together.includes(name)).map((name) => [name])].filter((group) => group.length > 0);
}

/** Deletes what this run wrote, and what interrupted ones left. Not before the end: after many deletions ext4 creates files slowly. */
function removeRuns() {
  if (!existsSync(runs)) return;
  for (const pid of readdirSync(runs)) {
    if (Number(pid) === process.pid || !isAlive(Number(pid))) rmSync(join(runs, pid), { recursive: true, force: true });
  }
}

function output(command, args) {
  return spawnSync(command, args, { cwd: folders.repository, encoding: 'utf8' }).stdout?.trim();
}

function progress(text) {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** The packages of the lock file, installed once for each version of it. */
function installPackages() {
  const stamp = join(folders.benchmarks, 'node_modules', '.installed');
  const lock = readFileSync(join(folders.benchmarks, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  progress('installing the packages, once');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } = spawnSync('npm', args, { cwd: folders.benchmarks, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ci failed: ${error?.message ?? stderr}`);
  writeFileSync(stamp, lock);
}
