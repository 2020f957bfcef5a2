import { type Campaign, hasEnded, type PartStatus } from '../api/types';

export interface Progress {
  readonly total: number;
  readonly complete: number;
  readonly failed: number;
  readonly retrying: number;
  /** Attempts beyond the first of each part, so far. */
  readonly retries: number;
}

/** How far the parts of a campaign are. */
export function progressOf(campaign: Campaign): Progress {
  const parts = [...(campaign.text ? [campaign.text] : []), ...campaign.images];
  const count = (status: PartStatus) => parts.filter(part => part.status === status).length;
  return {
    total: parts.length,
    complete: count('COMPLETE'),
    failed: count('FAILED'),
    retrying: count('RETRYING'),
    retries: parts.reduce((sum, part) => sum + Math.max(0, part.attempts - 1), 0),
  };
}

const refusals: readonly (string | undefined)[] = ['content_filter', 'moderation_blocked'];

/** Whether all that failed was refused because of the prompt: the same prompt is of no use. */
export function isRefused(campaign: Campaign): boolean {
  const failed = [...(campaign.text ? [campaign.text] : []), ...campaign.images].filter(part => part.status === 'FAILED');
  return failed.length > 0 && failed.every(part => refusals.includes(part.error?.code));
}

/** One sentence for a screen reader when a campaign has changed; null where nothing changed that is worth announcing. */
export function changeSentence(before: Campaign | null, after: Campaign): string | null {
  if (before === null) return null;
  if (before.status !== after.status) {
    if (after.status === 'COMPLETE') return 'The campaign is complete.';
    if (after.status === 'FAILED') return 'The campaign has failed.';
    if (after.status === 'CANCELED') return 'The campaign was canceled.';
  }
  if (after.text?.status === 'COMPLETE' && before.text?.status !== 'COMPLETE') return 'The text is there.';
  const arrived = after.images.filter((image, i) => image.status === 'COMPLETE' && before.images[i]?.status !== 'COMPLETE');
  if (arrived.length > 0) return `${arrived.map(image => `Image ${image.index + 1}`).join(', ')} ${arrived.length === 1 ? 'is' : 'are'} there.`;
  const retrying = after.images.find((image, i) => image.status === 'RETRYING' && before.images[i]?.status !== 'RETRYING');
  if (retrying) return `Image ${retrying.index + 1} failed and is tried again.`;
  if (after.text?.status === 'RETRYING' && before.text?.status !== 'RETRYING') return 'The text failed and is tried again.';
  return null;
}

/** How long a campaign took, or has been running, in milliseconds. */
export function elapsed(campaign: Campaign, now: number): number {
  const end = hasEnded(campaign.status) ? Date.parse(campaign.completedAt ?? campaign.updatedAt) : now;
  return Math.max(0, end - Date.parse(campaign.createdAt));
}
