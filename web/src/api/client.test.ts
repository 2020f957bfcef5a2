import { describe, expect, it, vi } from 'vitest';
import { json, problem, serve } from '../testing/fakes';
import { ApiClient } from './client';
import { Problem } from './problem';

describe('ApiClient', () => {
  it('sends the key, or the name, and nothing where a cookie is enough', async () => {
    for (const [credentials, expected] of [
      [{ key: 'atelier_1' }, ['Bearer atelier_1', null]],
      [{ user: 'ann' }, [null, 'ann']],
      [{}, [null, null]],
    ] as const) {
      const { fetch, calls } = serve(() => json({}));
      await new ApiClient(credentials, undefined, fetch).get('/api/me');
      expect([calls[0]!.headers.get('Authorization'), calls[0]!.headers.get('X-User')]).toEqual(expected);
    }
  });

  it('counts a request without a response in time as one that reached nothing', async () => {
    const onUnreachable = vi.fn();
    const client = new ApiClient({}, undefined, (_, init) => new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error))));
    client.onUnreachable = onUnreachable;
    await expect(client.request('/api/me', { timeout: 1 })).rejects.toMatchObject({ status: 0, code: 'network' });
    expect(onUnreachable).toHaveBeenCalledOnce();
  });

  it('throws problem details, with the wait of a 429', async () => {
    const { fetch } = serve(() => problem(429, 'rate_limited', 'Too many.', {}, { 'Retry-After': '9' }));
    await expect(new ApiClient({}, undefined, fetch).get('/api/campaigns')).rejects.toMatchObject({ status: 429, code: 'rate_limited', retryAfter: 9, traceId: 'trace' });
  });

  it('reports a 401 once for all views', async () => {
    const onUnauthorized = vi.fn();
    const { fetch } = serve(() => problem(401, 'invalid_credentials', 'The API key is unknown or has been revoked.'));
    await expect(new ApiClient({ key: 'old' }, onUnauthorized, fetch).get('/api/me')).rejects.toBeInstanceOf(Problem);
    expect(onUnauthorized).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'invalid_credentials' }));
  });

  it('gives 304 without data for a known ETag', async () => {
    const { fetch } = serve(() => new Response(null, { status: 304, headers: { ETag: 'W/"3"' } }));
    expect(await new ApiClient({}, undefined, fetch).request('/api/campaigns/a')).toEqual({ status: 304, data: null, etag: 'W/"3"' });
  });

  it('treats a response that breaks off as no response', async () => {
    const { fetch } = serve(() => new Response('{"id": "a', { status: 200 }));
    await expect(new ApiClient({}, undefined, fetch).get('/api/campaigns/a')).rejects.toMatchObject({ status: 0 });
  });

  it('keeps the service’s clock when it differs', async () => {
    const { fetch } = serve(() => json({}, 200, { Date: new Date(Date.now() + 60_000).toUTCString() }));
    const client = new ApiClient({}, undefined, fetch);
    await client.get('/api/me');
    expect(client.now() - Date.now()).toBeGreaterThan(50_000);
  });
});
