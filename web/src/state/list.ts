import type { Campaign, CampaignPage, CampaignStatus } from '../api/types';

export interface ListFilter {
  readonly status: CampaignStatus | null;
  /** Beginnings of words; the service decides which campaigns have them. */
  readonly words: string;
  readonly isFavorite: boolean;
  readonly tag: string | null;
  /** Times in ISO 8601: created at the first or later, and before the second. */
  readonly from: string | null;
  readonly until: string | null;
}

export const noFilter: ListFilter = { status: null, words: '', isFavorite: false, tag: null, from: null, until: null };

export interface ListState {
  readonly items: readonly Campaign[];
  readonly nextCursor: string | null;
  readonly isLoaded: boolean;
}

export type ListAction =
  | { readonly type: 'reset' }
  | { readonly type: 'loaded'; readonly page: CampaignPage }
  | { readonly type: 'refreshed'; readonly page: CampaignPage }
  | { readonly type: 'more'; readonly page: CampaignPage }
  | { readonly type: 'changed'; readonly campaign: Campaign; readonly filter: ListFilter }
  | { readonly type: 'removed'; readonly id: string };

export const emptyList: ListState = { items: [], nextCursor: null, isLoaded: false };

/** The pages of the list that are on screen, kept right while campaigns come, change and go. */
export function reduceList(state: ListState, action: ListAction): ListState {
  switch (action.type) {
    case 'reset':
      return emptyList;
    case 'loaded':
      return { items: action.page.items, nextCursor: action.page.nextCursor, isLoaded: true };
    case 'refreshed':
      return refresh(state, action.page);
    case 'more':
      return { ...state, items: merge(state.items, action.page.items), nextCursor: action.page.nextCursor };
    case 'changed':
      return change(state, action.campaign, action.filter);
    case 'removed':
      return { ...state, items: state.items.filter(item => item.id !== action.id) };
  }
}

/** Of two records of one campaign the later one: responses may overtake each other. */
export function later(one: Campaign, other: Campaign): Campaign {
  return other.updatedAt >= one.updatedAt ? other : one;
}

// The first page again. A campaign that was within its span and is not in it any more is removed; those below it stay.
function refresh(state: ListState, page: CampaignPage): ListState {
  if (!state.isLoaded || page.nextCursor === null) return { items: page.items, nextCursor: page.nextCursor, isLoaded: true };
  const last = page.items.at(-1);
  if (!last) return state;
  const below = state.items.filter(item => compare(item, last) > 0);
  return below.length === 0
    ? { items: page.items, nextCursor: page.nextCursor, isLoaded: true }
    : { ...state, items: merge(page.items, below) };
}

function change(state: ListState, campaign: Campaign, filter: ListFilter): ListState {
  const known = state.items.find(item => item.id === campaign.id);
  if (!isShown(campaign, filter))
    return known ? { ...state, items: state.items.filter(item => item.id !== campaign.id) } : state;
  if (known) return { ...state, items: state.items.map(item => (item.id === campaign.id ? later(item, campaign) : item)) };
  // The service decides which campaigns have the words; and a campaign older than the last one here comes with its page.
  const last = state.items.at(-1);
  if (!state.isLoaded || filter.words !== '' || (state.nextCursor !== null && last && compare(campaign, last) > 0)) return state;
  return { ...state, items: merge(state.items, [campaign]) };
}

function isShown(campaign: Campaign, filter: ListFilter): boolean {
  return (
    (filter.status === null || campaign.status === filter.status) &&
    (!filter.isFavorite || campaign.favorite) &&
    (filter.tag === null || campaign.tags.some(tag => sameTag(tag, filter.tag!))) &&
    (filter.from === null || Date.parse(campaign.createdAt) >= Date.parse(filter.from)) &&
    (filter.until === null || Date.parse(campaign.createdAt) < Date.parse(filter.until))
  );
}

/** Whether two tags are the same for the service, which ignores case. */
export function sameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function merge(one: readonly Campaign[], other: readonly Campaign[]): readonly Campaign[] {
  const byId = new Map(one.map(item => [item.id, item]));
  for (const item of other) {
    const known = byId.get(item.id);
    byId.set(item.id, known ? later(known, item) : item);
  }
  return [...byId.values()].sort(compare);
}

// Newest first; ids order what was created in one millisecond, as the service's cursor does.
function compare(one: Campaign, other: Campaign): number {
  if (one.createdAt !== other.createdAt) return one.createdAt > other.createdAt ? -1 : 1;
  return one.id > other.id ? -1 : one.id < other.id ? 1 : 0;
}

/** The query string of a page of the list. */
export function listQuery(filter: ListFilter, cursor: string | null, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (filter.status !== null) query.set('status', filter.status);
  if (filter.words.trim() !== '') query.set('q', filter.words.trim());
  if (filter.isFavorite) query.set('favorite', 'true');
  if (filter.tag !== null) query.set('tag', filter.tag);
  if (filter.from !== null) query.set('from', filter.from);
  if (filter.until !== null) query.set('until', filter.until);
  if (cursor !== null) query.set('cursor', cursor);
  return query.toString();
}
