import { describe, expect, it, vi } from 'vitest';
import { follow, type LiveState } from './follow';
import { Problem } from './problem';
import type { CampaignEvent } from './types';
import { problem } from '../testing/fakes';

const block = (id: number, type = 'campaign.started') => `id: ${id}\nevent: ${type}\ndata: {"id":${id},"type":"${type}","campaignId":"a"}\n\n`;

function sse(...pieces: string[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const piece of pieces) stream.enqueue(new TextEncoder().encode(piece));
      stream.close();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } });
}

/** Gives responses one after another, and ends when there are none left. */
async function play(responses: (() => Response | Promise<Response>)[], options: { openTimeout?: number; after?: string } = {}) {
  const end = new AbortController();
  const requests: Record<string, string>[] = [];
  const states: [LiveState, boolean][] = [];
  const events: CampaignEvent[] = [];
  const pauses: number[] = [];
  const position = await follow({
    open: async (headers, signal) => {
      requests.push(headers);
      const respond = responses.shift();
      if (!respond) {
        end.abort();
        throw new Problem(0, 'network', 'over');
      }
      return Promise.race([Promise.resolve().then(respond), new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))]);
    },
    onEvent: event => events.push(event),
    onState: (state, isFresh) => states.push([state, isFresh]),
    signal: end.signal,
    pause: milliseconds => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0.5,
    ...options,
  });
  return { requests, states, events, pauses, position };
}

describe('follow', () => {
  it('reports events, and resumes after the last one', async () => {
    const { requests, events, states, pauses } = await play([() => sse('retry: 1500\nid: 3\n\n', block(4), block(5)), () => sse(block(6))]);
    expect(events.map(event => event.id)).toEqual([4, 5, 6]);
    expect(requests.map(headers => headers['Last-Event-ID'])).toEqual([undefined, '5', '6']);
    expect(states.filter(([state]) => state === 'live')).toEqual([
      ['live', true],
      ['live', false],
    ]);
    expect(pauses[0]).toBe(1500);
  });

  it('resumes from the first block when it was cut off before any event', async () => {
    const { requests } = await play([() => sse('retry: 1000\nid: 42\n\n')]);
    expect(requests[1]).toMatchObject({ 'Last-Event-ID': '42' });
  });

  it('resumes after an earlier position, and returns the last one', async () => {
    const { requests, states, position } = await play([() => sse(block(8))], { after: '7' });
    expect(requests[0]).toMatchObject({ 'Last-Event-ID': '7' });
    expect(states).toContainEqual(['live', false]);
    expect(position).toBe('8');
  });

  it('stops when the caller is not known', async () => {
    const { states, requests } = await play([() => problem(401, 'unauthenticated', 'Who are you?')]);
    expect(states.at(-1)).toEqual(['denied', false]);
    expect(requests).toHaveLength(1);
  });

  it('starts without a position when the service refuses the old one', async () => {
    const { requests } = await play([() => sse(block(9)), () => problem(400, 'validation_failed', 'No such event.'), () => sse(block(2))]);
    expect(requests[1]).toMatchObject({ 'Last-Event-ID': '9' });
    expect(requests[2]).not.toHaveProperty('Last-Event-ID');
  });

  it('waits as long as the service asks, and longer after each failure', async () => {
    const { pauses, states } = await play([
      () => problem(429, 'rate_limited', 'Slower.', {}, { 'Retry-After': '17' }),
      () => Promise.reject(new TypeError('network')),
      () => Promise.reject(new TypeError('network')),
    ]);
    expect(pauses).toEqual([17_000, 4_000, 8_000]);
    expect(states.map(([state]) => state).slice(0, 3)).toEqual(['connecting', 'polling', 'offline']);
  });

  it('falls back to polling when a stream is buffered on its way', async () => {
    const { states, requests } = await play([() => new Promise<Response>(() => {}), () => sse(block(1))], { openTimeout: 1 });
    expect(states.map(([state]) => state)).toContain('polling');
    expect(states.filter(([state]) => state === 'live')).toHaveLength(1);
    expect(requests).toHaveLength(3);
  });

  it('does not treat a web page as a stream', async () => {
    const { states } = await play([() => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })]);
    expect(states.map(([state]) => state)).not.toContain('live');
  });

  it('ignores messages that are not of its kind', async () => {
    const onError = vi.spyOn(console, 'error');
    const { events } = await play([() => sse('data: not json\n\n', 'data: 5\n\n', block(1))]);
    expect(events.map(event => event.id)).toEqual([1]);
    expect(onError).not.toHaveBeenCalled();
  });
});
