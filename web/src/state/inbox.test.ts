import { describe, expect, it } from 'vitest';
import { event } from '../testing/fakes';
import { emptyInbox, reduceInbox, unreadCount } from './inbox';

const ids = (state: typeof emptyInbox) => state.events.map(found => found.id);

describe('the inbox', () => {
  it('keeps each event once, in order, whatever way it came', () => {
    let state = reduceInbox(emptyInbox, { type: 'arrived', event: event(5) });
    state = reduceInbox(state, { type: 'loaded', events: [event(2), event(3)] });
    state = reduceInbox(state, { type: 'arrived', event: event(3) });
    state = reduceInbox(state, { type: 'arrived', event: event(4) });
    expect(ids(state)).toEqual([2, 3, 4, 5]);
  });

  it('forgets what is acknowledged, also when it comes again', () => {
    let state = reduceInbox(emptyInbox, { type: 'loaded', events: [event(1), event(2), event(3)] });
    state = reduceInbox(state, { type: 'acknowledged', upTo: 2 });
    state = reduceInbox(state, { type: 'arrived', event: event(2) });
    state = reduceInbox(state, { type: 'loaded', events: [event(2), event(3)] });
    expect(ids(state)).toEqual([3]);
  });

  it('counts outcomes, not steps', () => {
    const state = reduceInbox(emptyInbox, {
      type: 'loaded',
      events: [event(1, { type: 'campaign.accepted' }), event(2, { type: 'campaign.failed' }), event(3, { type: 'campaign.image.completed' }), event(4)],
    });
    expect(unreadCount(state)).toBe(2);
  });

  it('loses the events of a deleted campaign', () => {
    const state = reduceInbox(emptyInbox, { type: 'loaded', events: [event(1, { campaignId: 'a' }), event(2, { campaignId: 'b' })] });
    expect(ids(reduceInbox(state, { type: 'removed', campaignId: 'a' }))).toEqual([2]);
  });
});
