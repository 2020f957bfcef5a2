/** Whole seconds until a time, never below 0; null where there is no time. A second counts until it has passed. */
export function secondsUntil(at: string | null, now: number): number | null {
  if (at === null) return null;
  const left = Date.parse(at) - now;
  return Number.isNaN(left) ? null : Math.max(0, Math.ceil(left / 1000));
}

/** The text of a part that waits for its next attempt. */
export function countdownText(seconds: number | null): string {
  if (seconds === null) return 'Trying again soon';
  if (seconds === 0) return 'Next attempt is due';
  if (seconds < 60) return `Trying again in ${seconds} s`;
  const rest = seconds % 60;
  return `Trying again in ${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}
