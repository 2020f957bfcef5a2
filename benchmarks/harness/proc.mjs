// Figures of processes on Linux: CPU time and memory, from /proc.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem, release } from 'node:os';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node.js runs on

/** CPU seconds of a process and its living descendants; with `reaped`, also of its children that have ended. */
export function cpuSeconds(pid, reaped = false) {
  const stat = readStat(pid);
  if (stat === undefined) return 0;
  const own = stat.user + stat.system + (reaped ? stat.reaped : 0);
  return children(pid).reduce((sum, child) => sum + cpuSeconds(child), own);
}

/** CPU seconds that all processes of the machine together have used. Interrupts are left out: they belong to no process. */
export function machineCpuSeconds() {
  const [user, nice, system] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system) / TICKS_PER_SECOND;
}

/** Resets the peak of a process's memory. */
export function resetPeak(pid) {
  for (const each of [pid, ...children(pid)]) {
    try {
      writeFileSync(`/proc/${each}/clear_refs`, '5');
    } catch {
      // It has ended, or the system forbids it: the peak then counts from the process's start.
    }
  }
}

/** The most mebibytes that a process and its children had in memory at once, each by itself, since `resetPeak`. */
export function peakMebibytes(pid) {
  return [pid, ...children(pid)].reduce((sum, each) => sum + kilobytesOf(each, 'VmHWM') / 1024, 0);
}

/** What to know about the machine to judge figures from it. */
export function machineFacts() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    kernel: `Linux ${release()}`,
  };
}

function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc_pid_stat(5): the fields after the name in parentheses; 14 to 17 of all are utime, stime, cutime and cstime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map((ticks) => ticks / TICKS_PER_SECOND);
    return { user, system, reaped: childUser + childSystem };
  } catch {
    return undefined;
  }
}

function children(pid) {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return own === '' ? [] : own.split(' ').map(Number);
  } catch {
    return [];
  }
}

function kilobytesOf(pid, field) {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
