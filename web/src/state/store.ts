import type { ApiClient } from '../api/client';
import { asProblem } from '../api/problem';
import type { Campaign } from '../api/types';
import { later } from './list';

export type CampaignChange = { readonly type: 'changed'; readonly campaign: Campaign } | { readonly type: 'removed'; readonly id: string };

/** The campaigns that the page has, each in its latest version, for all views. */
export class CampaignStore {
  private readonly campaigns = new Map<string, Campaign>();
  private readonly listeners = new Set<(change: CampaignChange) => void>();
  private readonly underway = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(private readonly client: ApiClient) {}

  get(id: string): Campaign | null {
    return this.campaigns.get(id) ?? null;
  }

  put(campaign: Campaign): void {
    const known = this.campaigns.get(campaign.id);
    const latest = known ? later(known, campaign) : campaign;
    this.campaigns.set(campaign.id, latest);
    if (latest === campaign) this.notify({ type: 'changed', campaign });
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
