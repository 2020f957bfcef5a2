/** One request for a campaign: however often it is sent, under its key it becomes one campaign. */
export interface Submission {
  readonly key: string;
  /** What it asks for, as JSON. */
  readonly body: string;
}

/**
 * The submission to send for a body: the pending one again as long as nothing in it has changed, since its outcome is unknown;
 * otherwise a new one under a key of its own.
 */
export function submissionFor(pending: Submission | null, body: string, newKey: () => string = randomKey): Submission {
  return pending !== null && pending.body === body ? pending : { key: newKey(), body };
}

/** 128 random bits. crypto.randomUUID is missing where a page does not come over HTTPS or from localhost. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

const slot = 'atelier.pending';

/** What was sent and has no response yet, kept over a reload of the page. */
export function loadPending(storage: Storage = sessionStorage): Submission | null {
  try {
    const stored: unknown = JSON.parse(storage.getItem(slot) ?? 'null');
    return typeof stored === 'object' && stored !== null && 'key' in stored && 'body' in stored ? (stored as Submission) : null;
  } catch {
    return null;
  }
}

export function savePending(submission: Submission | null, storage: Storage = sessionStorage): void {
  try {
    if (submission === null) storage.removeItem(slot);
    else storage.setItem(slot, JSON.stringify(submission));
  } catch {
    // Storage may be full or forbidden: then a reload forgets the key, and nothing else.
  }
}
