import type { ApiClient } from '../api/client';
import { asProblem } from '../api/problem';
import type { Campaign, CampaignPage } from '../api/types';
import { wait } from '../lib/wait';
import { later } from './list';

export type CampaignChange = { readonly type: 'changed'; readonly campaign: Campaign } | { readonly type: 'removed'; readonly id: string };

const leastPause = 1_000;
const longestPause = 30_000;
// About five minutes; a page that was away for longer fetches everything when the service is back.
const mostTries = 12;

/** The campaigns that the page has, each in its latest version, for all views. */
export class CampaignStore {
  private readonly campaigns = new Map<string, Campaign>();
  private readonly listeners = new Set<(change: CampaignChange) => void>();
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

  /** Fetches a campaign after an event. While the service cannot respond it tries again: perhaps no other event follows. */
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
