import { describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../api/client';
import { campaign, event, image, json, problem, serve, text } from '../testing/fakes';
import { emptyDraft, findFaults, toRequest } from './draft';
import { changeSentence, elapsed, progressOf } from './progress';
import { CampaignStore } from './store';

describe('progress', () => {
  it('counts parts and retries', () => {
    const one = campaign('a', {
      text: text({ status: 'COMPLETE', attempts: 1 }),
      images: [image(0, { status: 'RETRYING', attempts: 3 }), image(1, { status: 'FAILED', attempts: 2 }), image(2)],
    });
    expect(progressOf(one)).toEqual({ total: 4, complete: 1, failed: 1, retrying: 1, retries: 3 });
  });

  it('describes what has changed', () => {
    const before = campaign('a', { images: [image(0), image(1)] });
    expect(changeSentence(null, before)).toBeNull();
    expect(changeSentence(before, before)).toBeNull();
    expect(changeSentence(before, { ...before, images: [image(0), image(1, { status: 'COMPLETE' })] })).toBe('Image 2 is there.');
    expect(changeSentence(before, { ...before, images: [image(0, { status: 'RETRYING' }), image(1)] })).toBe('Image 1 failed and is tried again.');
    expect(changeSentence(before, { ...before, status: 'FAILED' })).toBe('The campaign has failed.');
  });

  it('measures up to now, or up to the end', () => {
    const start = Date.parse('2026-08-01T10:00:00.000Z');
    expect(elapsed(campaign('a'), start + 5_000)).toBe(5_000);
    expect(elapsed(campaign('a', { status: 'COMPLETE', completedAt: '2026-08-01T10:00:03.000Z' }), start + 60_000)).toBe(3_000);
  });
});

describe('a draft', () => {
  it('becomes a request in which what is empty is left to the service', () => {
    expect(toRequest({ ...emptyDraft, prompt: 'A cat' })).toEqual({
      prompt: 'A cat',
      images: { count: 2, size: '1024x1024', quality: 'medium', format: 'png' },
      text: {},
    });
  });

  it('carries everything that was filled in', () => {
    const draft = { ...emptyDraft, prompt: 'A cat', maxWords: '120', tone: ' playful ', language: 'en', textProvider: 'gemini', imageProvider: 'replicate', metadata: [{ name: ' customer ', value: '42' }, { name: '', value: '' }] };
    expect(toRequest(draft)).toMatchObject({ text: { maxWords: 120, tone: 'playful', language: 'en' }, providers: { text: 'gemini', image: 'replicate' }, metadata: { customer: '42' } });
  });

  it('names no provider of a kind that was not selected', () => {
    expect(toRequest({ ...emptyDraft, prompt: 'A cat', count: 0, imageProvider: 'replicate' })).toEqual({ prompt: 'A cat', images: { count: 0 }, text: {} });
    expect(toRequest({ ...emptyDraft, prompt: 'A cat', wantsText: false, textProvider: 'gemini' })).not.toHaveProperty('providers');
  });

  it('shows errors before anything is sent', () => {
    expect(findFaults(emptyDraft)).toHaveProperty('prompt');
    expect(findFaults({ ...emptyDraft, prompt: 'x'.repeat(4001) })['prompt']).toContain('4001');
    expect(findFaults({ ...emptyDraft, prompt: 'x'.repeat(4000) })).toEqual({});
    expect(findFaults({ ...emptyDraft, prompt: 'x', count: 0, wantsText: false })).toHaveProperty(['images.count']);
    expect(findFaults({ ...emptyDraft, prompt: 'x', size: 'big', maxWords: 'many', metadata: [{ name: 'a', value: '1' }, { name: 'a', value: '2' }] })).toMatchObject({ 'images.size': expect.any(String), 'text.maxWords': expect.any(String), metadata: expect.any(String) });
  });
});

describe('the store', () => {
  it('makes one request of many refreshes, and one more for those that came meanwhile', async () => {
    const { fetch, calls } = serve(() => json(campaign('a')));
    const store = new CampaignStore(new ApiClient({}, undefined, fetch));
    await Promise.all([store.refresh('a'), store.refresh('a'), store.refresh('a'), store.refresh('a')]);
    expect(calls).toHaveLength(2);
  });

  it('reports that a campaign was deleted', async () => {
    const { fetch } = serve(() => problem(404, 'not_found', 'There is no such campaign.'));
    const store = new CampaignStore(new ApiClient({}, undefined, fetch));
    store.put(campaign('a'));
    const changes: string[] = [];
    store.subscribe(change => changes.push(change.type));
    await expect(store.refresh('a')).rejects.toMatchObject({ status: 404 });
    expect([changes, store.get('a')]).toEqual([['removed'], null]);
  });

  it('fetches again after an event while the service cannot respond', async () => {
    const responses = [() => problem(503, 'unavailable', 'Try later.'), () => Promise.reject(new TypeError('Failed to fetch')), () => json(campaign('a', { status: 'COMPLETE' }))];
    const { fetch } = serve(() => responses.shift()!());
    const pauses: number[] = [];
    const store = new CampaignStore(new ApiClient({}, undefined, fetch), async milliseconds => void pauses.push(milliseconds));
    await store.follow('a');
    expect([store.get('a')?.status, pauses]).toEqual(['COMPLETE', [1000, 2000]]);
  });

  it('fetches once after an event where the next response would be the same', async () => {
    const { fetch, calls } = serve(() => problem(404, 'not_found', 'There is no such campaign.'));
    const store = new CampaignStore(new ApiClient({}, undefined, fetch));
    await store.follow('a');
    expect(calls).toHaveLength(1);
  });

  it('fetches a campaign whose record comes from before an event, and no other', async () => {
    const { fetch, calls } = serve(call => json(campaign(call.path.slice(-1), { status: 'COMPLETE', updatedAt: '2026-08-01T10:01:00.000Z' })));
    const store = new CampaignStore(new ApiClient({}, undefined, fetch));
    for (const campaignId of ['a', 'b', 'c']) store.take(event(1, { campaignId, at: '2026-08-01T10:01:00.000Z' }));
    expect(calls).toEqual([]);
    store.putPage({ items: [campaign('a'), campaign('b', { updatedAt: '2026-08-01T10:01:00.000Z' })], nextCursor: null });
    await vi.waitFor(() => expect(store.get('a')?.status).toBe('COMPLETE'));
    expect(calls.map(call => call.path)).toEqual(['/api/campaigns/a']);
  });

  it('fetches a new campaign again after events that come before its first response', async () => {
    const responses = [campaign('a'), campaign('a', { status: 'COMPLETE', updatedAt: '2026-08-01T10:01:00.000Z' })];
    const { fetch } = serve(() => json(responses.shift()));
    const store = new CampaignStore(new ApiClient({}, undefined, fetch));
    store.take(event(1, { type: 'campaign.accepted' }));
    store.take(event(2, { type: 'campaign.completed' }));
    await vi.waitFor(() => expect(store.get('a')?.status).toBe('COMPLETE'));
  });

  it('keeps the later of two records', () => {
    const store = new CampaignStore(new ApiClient({}));
    store.put(campaign('a', { status: 'COMPLETE', updatedAt: '2026-08-01T10:05:00.000Z' }));
    store.put(campaign('a'));
    expect(store.get('a')?.status).toBe('COMPLETE');
  });
});
