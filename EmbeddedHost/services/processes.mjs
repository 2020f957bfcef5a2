// Helpers for processes, shared by the other scripts.
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync, renameSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export { pause };

/** Polls a condition until it holds. Resolves to whether it did in time; it is tried at least once. */
export async function until(condition, milliseconds, step = 20) {
  for (const deadline = performance.now() + milliseconds; ;) {
    if (await condition()) return true;
    if (performance.now() > deadline) return false;
    await pause(step);
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime.
  }
}

/** A process's command line, or an empty string where it has ended or the system does not show it. */
export function commandLine(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  } catch {
    return '';
  }
}

/** Whether something accepts connections on a loopback port. */
export function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

/** Opens a log file for a child's output; the log of the previous run stays beside it. */
export function openLog(file) {
  try {
    renameSync(file, `${file}.previous`);
  } catch {
    // The first run has no log before it.
  }
  return openSync(file, 'a');
}

/**
 * Starts a child in a session of its own, so that a Ctrl+C in the terminal reaches only the host, which then stops its
 * children in order. `child.ended` resolves once it has ended, also when it could not be started.
 */
export function start(command, args, options) {
  const child = spawn(command, args, { detached: process.platform !== 'win32', windowsHide: true, ...options });
  child.ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, name) => resolve(name ?? `exit code ${code}`));
  });
  child.hasEnded = false;
  child.ended.then(() => { child.hasEnded = true; });
  return child;
}

/** Ends a child by the signals given, one after another, each with its time in milliseconds. */
export async function end(child, ...steps) {
  for (const [name, milliseconds] of steps) {
    if (child.hasEnded) return;
    child.kill(name);
    await Promise.race([child.ended, pause(milliseconds, undefined, { ref: false })]);
  }
  await child.ended;
}
