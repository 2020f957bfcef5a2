import { describe, expect, it } from 'vitest';
import { parseRoute, tagHash } from '../app/routes';
import { event } from '../testing/fakes';
import { emptyInbox, reduceInbox } from './inbox';
import { spanOf } from './period';
import { outcome, toggle } from './selection';

describe('a period', () => {
  const now = Date.parse('2026-08-31T12:00:00.000Z');

  it('counts back from now', () => {
    expect(spanOf('any', '', '', now)).toEqual({ from: null, until: null });
    expect(spanOf('day', '', '', now)).toEqual({ from: '2026-08-30T12:00:00.000Z', until: null });
    expect(spanOf('month', '2026-01-01', '', now)).toEqual({ from: '2026-08-01T12:00:00.000Z', until: null });
  });

  it('includes its last day', () => {
    expect(spanOf('dates', '2026-08-30', '2026-08-31', now)).toEqual({ from: new Date(2026, 7, 30).toISOString(), until: new Date(2026, 8, 1).toISOString() });
    expect(spanOf('dates', '', '', now)).toEqual({ from: null, until: null });
  });
});

describe('a selection', () => {
  it('says what became of it', () => {
    expect(outcome('delete', [{ id: 'a', status: 204, code: null }])).toEqual({ sentence: '1 campaign deleted.', isComplete: true });
    expect(outcome('retry', [{ id: 'a', status: 202, code: null }, { id: 'b', status: 409, code: 'campaign_not_failed' }, { id: 'c', status: 429, code: 'other' }])).toEqual({
      sentence: '1 campaign retried. 2 could not be: not failed, other.',
      isComplete: false,
    });
  });

  it('takes a campaign in and out', () => {
    expect(toggle(toggle(['a'], 'b'), 'a')).toEqual(['b']);
  });
});

describe('a tag', () => {
  it('has an address of its own', () => {
    expect(parseRoute(tagHash('a & b'))).toEqual({ name: 'home', tag: 'a & b' });
    expect(parseRoute('#/')).toEqual({ name: 'home', tag: null });
  });
});

it('does not put the own changes of the caller into the inbox', () => {
  expect(reduceInbox(emptyInbox, { type: 'arrived', event: event(1, { type: 'campaign.updated' }) })).toBe(emptyInbox);
});
