import type { CampaignEvent } from '../api/types';

export interface InboxState {
  /** What is not acknowledged, oldest first, each once. */
  readonly events: readonly CampaignEvent[];
  readonly isLoaded: boolean;
  /** Acknowledged up to here: what a stream repeats from before it is old. */
  readonly upTo: number;
}

export type InboxAction =
  | { readonly type: 'loaded'; readonly events: readonly CampaignEvent[] }
  | { readonly type: 'arrived'; readonly event: CampaignEvent }
  | { readonly type: 'acknowledged'; readonly upTo: number }
  | { readonly type: 'removed'; readonly campaignId: string };

export const emptyInbox: InboxState = { events: [], isLoaded: false, upTo: 0 };

export function reduceInbox(state: InboxState, action: InboxAction): InboxState {
  switch (action.type) {
    case 'loaded': {
      // Events that have arrived over the stream in the meantime stay.
      const newest = action.events.at(-1)?.id ?? 0;
      const since = state.events.filter(event => event.id > newest);
      return { ...state, events: [...action.events, ...since].filter(event => event.id > state.upTo), isLoaded: true };
    }
    case 'arrived':
      // What the caller has changed, perhaps in another tab, is no news.
      if (action.event.type === 'campaign.updated') return state;
      if (action.event.id <= state.upTo || state.events.some(event => event.id === action.event.id)) return state;
      return { ...state, events: [...state.events, action.event].sort((one, other) => one.id - other.id) };
    case 'acknowledged':
      return {
        ...state,
        upTo: Math.max(state.upTo, action.upTo),
        events: state.events.filter(event => event.id > action.upTo),
      };
    case 'removed':
      // The events of a deleted campaign are removed.
      return { ...state, events: state.events.filter(event => event.campaignId !== action.campaignId) };
  }
}

/** Whether an event is the end of a campaign, which is shown first. */
export function isOutcome(event: CampaignEvent): boolean {
  return event.type === 'campaign.completed' || event.type === 'campaign.failed' || event.type === 'campaign.canceled';
}

/** How many outcomes are not acknowledged. */
export function unreadCount(state: InboxState): number {
  return state.events.filter(isOutcome).length;
}
