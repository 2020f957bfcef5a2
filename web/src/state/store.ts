import type { ApiClient } from '../api/client';
import { asProblem } from '../api/problem';
import type { Campaign, CampaignEvent, CampaignPage } from '../api/types';
import { wait } from '../lib/wait';
import { later } from './list';

export type CampaignChange = { readonly type: 'changed'; readonly campaign: Campaign } | { readonly type: 'removed'; readonly id: string };

const leastPause = 1_000;
const longestPause = 30_000;
// About five minutes; a page that was away for longer fetches everything when the service is back.
const mostTries = 12;
const mostMissed = 1_000;

/** The campaigns that the page has, each in its latest version, for all views. */
export class CampaignStore {
  private readonly campaigns = new Map<string, Campaign>();
  private readonly listeners = new Set<(change: CampaignChange) => void>();
  /** Of campaigns that the page does not have, the time of the last event. */
  private readonly missed = new Map<string, string>();
  private readonly underway = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(
    private readonly client: ApiClient,
    /** Waits for so many milliseconds. For tests. */
    private readonly pause: (milliseconds: number) => Promise<void> = wait,
  ) {}

  get(id: string): Campaign | null {
    return this.campaigns.get(id) ?? null;
  }

  put(campaign: Campaign): void {
    const known = this.campaigns.get(campaign.id);
    const latest = known ? later(known, campaign) : campaign;
    this.campaigns.set(campaign.id, latest);
    if (latest === campaign) this.notify({ type: 'changed', campaign });
    const missed = this.missed.get(campaign.id);
    this.missed.delete(campaign.id);
    if (missed !== undefined && missed > campaign.updatedAt) void this.follow(campaign.id);
  }

  /**
   * Takes an event. A campaign that the page has, fetches or does not know yet because it is new is fetched. Of another the time is kept: its record may be
   * on its way, in a page of the list that was made before the event.
   */
  take({ campaignId, type, at }: CampaignEvent): void {
    if (this.campaigns.has(campaignId) || this.underway.has(campaignId) || type === 'campaign.accepted') {
      void this.follow(campaignId);
      return;
    }
    this.missed.delete(campaignId);
    this.missed.set(campaignId, at);
    for (const [oldest] of this.missed) {
      if (this.missed.size <= mostMissed) break;
      this.missed.delete(oldest);
    }
  }

  /** Keeps the campaigns of a page; gives the page with the later record of each, since a response about one of them may have overtaken the page. */
  putPage(page: CampaignPage): CampaignPage {
    for (const campaign of page.items) this.put(campaign);
    return { ...page, items: page.items.map(campaign => this.get(campaign.id) ?? campaign) };
  }

  remove(id: string): void {
    this.campaigns.delete(id);
    this.notify({ type: 'removed', id });
  }

  /**
   * Fetches a campaign again. Several refreshes at a time are one request, and one more after it for those that came meanwhile: a burst of
   * events is no burst of requests.
   */
  refresh(id: string): Promise<void> {
    const running = this.underway.get(id);
    if (running) {
      running.again = true;
      return running.done;
    }
    const entry = { again: true, done: Promise.resolve() };
    this.underway.set(id, entry);
    entry.done = (async () => {
      try {
        while (entry.again) {
          entry.again = false;
          await this.fetch(id);
        }
      } finally {
        this.underway.delete(id);
      }
    })();
    return entry.done;
  }

  /** Fetches a campaign that has changed. While the service cannot respond it tries again: perhaps no event follows. */
  async follow(id: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.refresh(id);
        return;
      } catch (error) {
        if (!asProblem(error).isTransient || tries === mostTries) return;
        await this.pause(Math.min(longestPause, leastPause * 2 ** tries));
      }
    }
  }

  subscribe(listener: (change: CampaignChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async fetch(id: string): Promise<void> {
    try {
      this.put(await this.client.get<Campaign>(`/api/campaigns/${encodeURIComponent(id)}`));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 404) this.remove(id);
      throw problem;
    }
  }

  private notify(change: CampaignChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}
