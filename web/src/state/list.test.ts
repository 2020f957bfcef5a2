import { describe, expect, it } from 'vitest';
import { campaign } from '../testing/fakes';
import { emptyList, later, type ListFilter, listQuery, type ListState, noFilter, reduceList } from './list';

const all = noFilter;
const at = (minute: number) => `2026-08-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
const made = (id: string, minute: number, changes = {}) => campaign(id, { createdAt: at(minute), updatedAt: at(minute), ...changes });
const loaded = (nextCursor: string | null, ...items: ReturnType<typeof made>[]): ListState => ({ items, nextCursor, isLoaded: true });
const ids = (state: ListState) => state.items.map(item => item.id).join('');

describe('the list', () => {
  it('puts a new campaign on top', () => {
    const state = reduceList(loaded(null, made('b', 2), made('a', 1)), { type: 'changed', campaign: made('c', 3), filter: all });
    expect(ids(state)).toBe('cba');
  });

  it('leaves older ones to their page', () => {
    const state = reduceList(loaded('next', made('c', 3), made('b', 2)), { type: 'changed', campaign: made('a', 1), filter: all });
    expect(ids(state)).toBe('cb');
  });

  it('never goes back to an earlier record of a campaign', () => {
    const newer = made('a', 1, { status: 'COMPLETE', updatedAt: at(9) });
    const state = reduceList(loaded(null, newer), { type: 'changed', campaign: made('a', 1), filter: all });
    expect(state.items[0]!.status).toBe('COMPLETE');
    expect(later(made('a', 1), newer)).toBe(newer);
  });

  it('removes campaigns whose status the filter excludes', () => {
    const filter: ListFilter = { ...noFilter, status: 'RUNNING' };
    const state = reduceList(loaded(null, made('b', 2), made('a', 1)), { type: 'changed', campaign: made('a', 1, { status: 'COMPLETE' }), filter });
    expect(ids(state)).toBe('b');
  });

  it('removes and adds campaigns as they become favorites, get tags, or are of another time', () => {
    const known = loaded(null, made('b', 2, { favorite: true, tags: ['Summer'] }), made('a', 1));
    const change = (campaign: ReturnType<typeof made>, filter: ListFilter) => ids(reduceList(known, { type: 'changed', campaign, filter }));
    expect(change(made('b', 2), { ...noFilter, isFavorite: true })).toBe('a');
    expect(change(made('c', 3, { favorite: true }), { ...noFilter, isFavorite: true })).toBe('cba');
    expect(change(made('b', 2, { tags: ['SUMMER'] }), { ...noFilter, tag: 'summer' })).toBe('ba');
    expect(change(made('b', 2), { ...noFilter, tag: 'summer' })).toBe('a');
    expect(change(made('c', 3), { ...noFilter, from: at(4) })).toBe('ba');
    expect(change(made('c', 3), { ...noFilter, from: at(3), until: at(4) })).toBe('cba');
    expect(change(made('c', 3), { ...noFilter, until: at(3) })).toBe('ba');
  });

  it('leaves it to the service which prompts have the words', () => {
    const filter: ListFilter = { ...noFilter, words: 'cat' };
    expect(ids(reduceList(loaded(null, made('a', 1)), { type: 'changed', campaign: made('b', 2), filter }))).toBe('a');
  });

  it('adds a page without repeating what has come in the meantime', () => {
    const state = reduceList(loaded('one', made('d', 4), made('c', 3)), { type: 'more', page: { items: [made('c', 3), made('b', 2)], nextCursor: 'two' } });
    expect([ids(state), state.nextCursor]).toEqual(['dcb', 'two']);
  });

  it('keeps further pages when the first one is fetched again', () => {
    const state = reduceList(loaded('deep', made('d', 4), made('c', 3), made('a', 1)), { type: 'refreshed', page: { items: [made('e', 5), made('d', 4)], nextCursor: 'early' } });
    // c was deleted or lies below; what is below the page stays.
    expect([ids(state), state.nextCursor]).toEqual(['edca', 'deep']);
  });

  it('drops campaigns that are no longer on the first page', () => {
    const state = reduceList(loaded(null, made('c', 3), made('b', 2), made('a', 1)), { type: 'refreshed', page: { items: [made('c', 3), made('a', 1)], nextCursor: null } });
    expect(ids(state)).toBe('ca');
  });

  it('removes deleted ones', () => {
    expect(ids(reduceList(loaded(null, made('b', 2), made('a', 1)), { type: 'removed', id: 'b' }))).toBe('a');
    expect(reduceList(loaded(null, made('a', 1)), { type: 'reset' })).toBe(emptyList);
  });

  it('requests what the filter selects', () => {
    expect(listQuery({ ...noFilter, status: 'FAILED', words: ' beach cat ' }, 'abc', 24)).toBe('limit=24&status=FAILED&q=beach+cat&cursor=abc');
    expect(listQuery(all, null, 24)).toBe('limit=24');
    expect(listQuery({ ...noFilter, isFavorite: true, tag: 'a & b', from: at(1), until: at(2) }, null, 1)).toBe(
      'limit=1&favorite=true&tag=a+%26+b&from=2026-08-01T10%3A01%3A00.000Z&until=2026-08-01T10%3A02%3A00.000Z',
    );
  });
});
