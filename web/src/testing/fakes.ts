import type { Campaign, CampaignEvent, ImagePart, Me, PageSettings, TextPart } from '../api/types';

export function image(index: number, changes: Partial<ImagePart> = {}): ImagePart {
  return { index, status: 'PENDING', attempts: 0, nextAttemptAt: null, waitingFor: null, url: null, width: null, height: null, provider: 'openai', model: null, seed: null, error: null, version: 1, versions: 1, ...changes };
}

export function text(changes: Partial<TextPart> = {}): TextPart {
  return { status: 'PENDING', content: null, provider: 'openai', model: null, attempts: 0, nextAttemptAt: null, waitingFor: null, usage: null, error: null, version: 1, versions: 1, ...changes };
}

export function campaign(id: string, changes: Partial<Campaign> = {}): Campaign {
  return {
    id,
    status: 'RUNNING',
    prompt: `Prompt of ${id}`,
    name: null,
    favorite: false,
    tags: [],
    createdAt: '2026-08-01T10:00:00.000Z',
    updatedAt: '2026-08-01T10:00:00.000Z',
    completedAt: null,
    text: text(),
    images: [image(0)],
    failedAttempts: [],
    error: null,
    metadata: {},
    regenerating: false,
    ...changes,
  };
}

export function event(id: number, changes: Partial<CampaignEvent> = {}): CampaignEvent {
  return { id, type: 'campaign.completed', campaignId: 'a', at: '2026-08-01T10:00:00.000Z', status: 'COMPLETE', ...changes };
}

export const me: Me = { userId: 'ann', email: null, operator: false, limits: { requestsPerMinute: null, running: null, campaignsPerDay: null } };

export const settings: PageSettings = {
  accessMode: 'Development',
  text: { names: ['gemini', 'openai'], default: 'openai' },
  image: { names: ['openai', 'replicate'], default: 'openai' },
};

/** A request as a fake service sees it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Service = (call: Call) => Response | Promise<Response>;

/** A fetch whose responses a test provides. Requests are kept in the order in which they came. */
export function serve(service: Service): { readonly fetch: typeof fetch; readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    fetch: async (input, init) => {
      const call: Call = {
        method: init?.method ?? 'GET',
        path: String(input),
        headers: new Headers(init?.headers),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
      };
      calls.push(call);
      return service(call);
    },
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export function problem(status: number, code: string, detail: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Response {
  return json({ type: 'about:blank', status, code, detail, traceId: 'trace', ...more }, status, headers);
}
