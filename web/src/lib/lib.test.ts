import { describe, expect, it } from 'vitest';
import { sizedUrl } from '../components/CampaignImage';
import { parseRoute } from '../app/routes';
import { filterFields } from '../views/DeadLettersView';
import { BlobCache } from './blobCache';
import { countdownText, secondsUntil } from './countdown';
import { ago, codeLabel, duration, excerpt, partLabel, plural, statusLabel } from './format';

const now = Date.parse('2026-08-01T10:00:00.000Z');

describe('countdowns', () => {
  it('counts a second until it has passed, and never below none', () => {
    expect(secondsUntil('2026-08-01T10:00:01.001Z', now)).toBe(2);
    expect(secondsUntil('2026-08-01T10:00:01.000Z', now)).toBe(1);
    expect(secondsUntil('2026-08-01T09:59:00.000Z', now)).toBe(0);
    expect(secondsUntil(null, now)).toBeNull();
  });

  it('have a text', () => {
    expect([null, 0, 7, 60, 125].map(countdownText)).toEqual(['Trying again soon', 'Next attempt is due', 'Trying again in 7 s', 'Trying again in 1 min', 'Trying again in 2 min 5 s']);
  });
});

describe('images', () => {
  it('are loaded in the smallest size that fills their place on the screen', () => {
    expect([[160, 1], [161, 1], [160, 2], [640, 2], [640, 3]].map(([width, density]) => sizedUrl('/i', width, density!))).toEqual(['/i?width=160', '/i?width=320', '/i?width=320', '/i?width=1280', '/i']);
    expect(sizedUrl('/i', undefined, 1)).toBe('/i');
    expect(sizedUrl('/i?version=2', 160, 1)).toBe('/i?version=2&width=160');
  });
});

describe('formats', () => {
  it('shows durations', () => {
    expect([850, 4_200, 9_000, 42_400, 60_000, 185_000, 7_800_000].map(duration)).toEqual(['850 ms', '4.2 s', '9 s', '42 s', '1 min', '3 min 5 s', '2 h 10 min']);
  });

  it('shows how long ago', () => {
    expect(['2026-08-01T09:59:58Z', '2026-08-01T09:59:15Z', '2026-08-01T09:55:00Z', '2026-07-31T10:00:00Z'].map(at => ago(at, now))).toEqual(['just now', '45 seconds ago', '5 minutes ago', 'yesterday']);
  });

  it('names parts, codes and statuses for people', () => {
    expect([partLabel('image/0'), partLabel('text'), codeLabel('rate_limited'), statusLabel('RUNNING'), statusLabel('NEW_ONE')]).toEqual(['Image 1', 'Text', 'Rate limited', 'In progress', 'New one']);
    expect([plural(1, 'retry', 'retries'), plural(2, 'retry', 'retries')]).toEqual(['1 retry', '2 retries']);
  });

  it('cuts between words', () => {
    expect(excerpt('one two three', 9)).toBe('one two…');
    expect(excerpt('short\n text', 50)).toBe('short text');
  });
});

describe('routes', () => {
  it('leads addresses to views', () => {
    expect(parseRoute('')).toEqual({ name: 'home', tag: null });
    expect(parseRoute('#/campaigns/01a1-x')).toEqual({ name: 'campaign', id: '01a1-x' });
    expect(parseRoute('#/dead-letters/')).toEqual({ name: 'dead-letters' });
    expect(parseRoute('#/campaigns/%E0%A4%A')).toEqual({ name: 'unknown' });
    expect(parseRoute('#/nowhere')).toEqual({ name: 'unknown' });
  });
});

describe('the filter of dead letters', () => {
  it('leaves out what is empty, and makes times UTC', () => {
    expect(filterFields({ kind: 'webhook', errorCode: ' timeout ', from: '2026-08-01T10:00', until: '' })).toEqual({
      kind: 'webhook',
      errorCode: 'timeout',
      from: new Date('2026-08-01T10:00').toISOString(),
    });
  });
});

describe('images in memory', () => {
  it('are fetched once, shared, and released when no view shows them', async () => {
    const loaded: string[] = [];
    const revoked: string[] = [];
    const cache = new BlobCache(
      url => {
        loaded.push(url);
        return Promise.resolve(new Blob([url]));
      },
      0,
      { createObjectURL: () => `blob:${loaded.length}`, revokeObjectURL: address => revoked.push(address) },
    );
    const one = cache.lease('/a');
    const other = cache.lease('/a');
    expect(await one.source).toBe(await other.source);
    one.release();
    one.release();
    await Promise.resolve();
    expect(revoked).toEqual([]);
    other.release();
    await other.source;
    expect([loaded, revoked]).toEqual([['/a'], ['blob:1']]);
  });

  it('are asked for again after a failure', async () => {
    let tries = 0;
    const cache = new BlobCache(() => (++tries === 1 ? Promise.reject(new Error('away')) : Promise.resolve(new Blob())), 4, { createObjectURL: () => 'blob:x', revokeObjectURL: () => {} });
    await expect(cache.lease('/a').source).rejects.toThrow('away');
    expect(await cache.lease('/a').source).toBe('blob:x');
  });
});
