const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago, such as "5 minutes ago". */
export function ago(at: string, now: number): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  for (const [unit, length] of steps) if (Math.abs(seconds) >= length) return relative.format(-Math.round(seconds / length), unit);
  return seconds < 10 ? 'just now' : `${seconds} seconds ago`;
}

/** A point in time, in the reader's own time zone. */
export function dateTime(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The time of day, with seconds. */
export function timeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { timeStyle: 'medium' });
}

/** A length of time: "850 ms", "4.2 s", "3 min 5 s", "2 h 10 min". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "image/0" is the first image to a person, "image/0/v2" its second version. */
export function partLabel(part: string): string {
  const found = /^(?:image\/(\d+)|text)(?:\/v(\d+))?$/.exec(part);
  if (!found) return part;
  const name = found[1] === undefined ? 'Text' : `Image ${Number(found[1]) + 1}`;
  return found[2] === undefined ? name : `${name}, version ${found[2]}`;
}

/** A stable code as words: "rate_limited" is "Rate limited". */
export function codeLabel(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name of a status. */
export function statusLabel(status: string): string {
  return statusLabels[status] ?? codeLabel(status.toLowerCase());
}

const statusLabels: Readonly<Record<string, string>> = {
  PENDING: 'Waiting',
  RUNNING: 'In progress',
  RETRYING: 'Retrying',
  COMPLETE: 'Complete',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
};

/** The beginning of a prompt, cut between words. */
export function excerpt(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  const cut = line.slice(0, length);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), length / 2)).trimEnd()}…`;
}

/** What a campaign is called: its name, or else its prompt. */
export function titleOf(campaign: { readonly name: string | null; readonly prompt: string }): string {
  return campaign.name ?? campaign.prompt;
}

export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
