import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Campaign, CampaignEvent } from '../api/types';
import { emptyInbox, reduceInbox } from '../state/inbox';
import { campaign, event, image, json, problem, text } from '../testing/fakes';
import { show } from '../testing/show';
import { CampaignView } from './CampaignView';
import { Composer } from './Composer';
import { Gallery } from './Gallery';
import { InboxView } from './InboxView';

const posts = (calls: readonly { method: string; headers: Headers }[]) => calls.filter(call => call.method === 'POST').map(call => call.headers.get('Idempotency-Key'));

describe('the form', () => {
  it('starts a campaign and leads to it', async () => {
    const { calls, user } = show(<Composer />, () => json(campaign('new', { status: 'PENDING' }), 202));
    await user.type(screen.getByLabelText('Prompt'), 'A cat on a beach');
    await user.click(screen.getByRole('button', { name: 'Create' }));
    await waitFor(() => expect(window.location.hash).toBe('#/campaigns/new'));
    expect(calls[0]!.body).toMatchObject({ prompt: 'A cat on a beach', images: { count: 2 }, text: {} });
  });

  it('makes one request of a double click', async () => {
    let respond: (response: Response) => void = () => {};
    const { calls, user } = show(<Composer />, () => new Promise<Response>(resolve => (respond = resolve)));
    await user.type(screen.getByLabelText('Prompt'), 'A cat');
    await user.dblClick(screen.getByRole('button', { name: 'Create' }));
    await act(async () => respond(json(campaign('new'), 202)));
    expect(posts(calls)).toHaveLength(1);
  });

  it('sends the same request under the same key after a lost connection, and another one under another', async () => {
    const { calls, user } = show(<Composer />, () => Promise.reject(new TypeError('network')));
    const create = screen.getByRole('button', { name: 'Create' });
    await user.type(screen.getByLabelText('Prompt'), 'A cat');
    await user.click(create);
    await screen.findByText(/cannot be reached/);
    await user.click(create);
    await waitFor(() => expect(posts(calls)).toHaveLength(2));
    await user.type(screen.getByLabelText('Prompt'), ' and a dog');
    await waitFor(() => expect(create.getAttribute('aria-busy')).toBeNull());
    await user.click(create);
    await waitFor(() => expect(posts(calls)).toHaveLength(3));
    const [first, second, third] = posts(calls);
    expect(first).toBeTruthy();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('shows what the service refuses at its field, which gets the focus', async () => {
    const { user } = show(<Composer />, () =>
      problem(400, 'validation_failed', 'The request is not valid.', { errors: { 'text.language': ['must be a language tag such as en or pt-BR.'] } }),
    );
    await user.type(screen.getByLabelText('Prompt'), 'A cat');
    await user.click(screen.getByRole('button', { name: 'Options' }));
    await user.type(screen.getByLabelText('Language'), 'English please');
    await user.click(screen.getByRole('button', { name: 'Create' }));
    await screen.findByText('The language must be a language tag such as en or pt-BR.');
    const field = screen.getByLabelText('Language');
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });

  it('shows how long a limit lasts', async () => {
    const { user } = show(<Composer />, () => problem(429, 'too_many_running', 'You have 50 campaigns running.', {}, { 'Retry-After': '12' }));
    await user.type(screen.getByLabelText('Prompt'), 'A cat');
    await user.click(screen.getByRole('button', { name: 'Create' }));
    await screen.findByText('You have 50 campaigns running. Try again in 12 seconds.');
  });

  it('sends nothing for an empty prompt', async () => {
    const { calls, user } = show(<Composer />, () => json({}));
    await user.click(screen.getByRole('button', { name: 'Create' }));
    await screen.findByText('Describe what the campaign is about.');
    expect(calls).toHaveLength(0);
  });
});

describe('a campaign', () => {
  const retrying = campaign('a', {
    text: text({ status: 'COMPLETE', content: 'A fine text.', attempts: 1 }),
    images: [image(0, { status: 'RETRYING', attempts: 2, nextAttemptAt: new Date(Date.now() + 60_000).toISOString(), error: { code: 'rate_limited', message: 'Too many requests.' } }), image(1, { status: 'COMPLETE', url: '/api/campaigns/a/images/1', attempts: 1 })],
    failedAttempts: [{ part: 'image/0', attempt: 1, at: '2026-08-01T10:00:00.000Z', code: 'timeout', message: 'No response.', retryInMs: 2_000 }],
  });

  it('shows each part with its attempts, a countdown, and the failed ones as a table', async () => {
    show(<CampaignView id="a" />, () => json(retrying));
    await screen.findByText('A fine text.');
    expect(screen.getByText(/^Trying again in (1 min|\d+ s)$/)).toBeTruthy();
    expect(screen.getByText('2 attempts · openai')).toBeTruthy();
    const row = within(screen.getByRole('table')).getAllByRole('row')[1]!;
    expect(row.textContent).toContain('Image 1');
    expect(row.textContent).toContain('after 2 s');
    expect(screen.getByRole('img', { name: /Image 2 of/ })).toBeTruthy();
  });

  it('loads an image in the size in which it is shown, and the original where there is no such copy', async () => {
    show(<CampaignView id="a" />, () => json(retrying));
    const shown = await screen.findByRole<HTMLImageElement>('img', { name: /Image 2 of/ });
    expect(shown.getAttribute('src')).toBe('/api/campaigns/a/images/1?width=640');
    fireEvent.error(shown);
    expect(screen.getByRole('img', { name: /Image 2 of/ }).getAttribute('src')).toBe('/api/campaigns/a/images/1');
    fireEvent.error(screen.getByRole('img', { name: /Image 2 of/ }));
    expect(screen.getByRole('img', { name: /cannot be shown/ })).toBeTruthy();
  });

  it('says which provider a part waits for that has not been tried yet', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = campaign('a', { images: [image(0, { nextAttemptAt: until, waitingFor: { provider: 'openai', until, reason: 'rate_limited' } })] });
    show(<CampaignView id="a" />, () => json(waiting));
    await screen.findByText(/^openai asked to wait: /);
    expect(screen.getByText(/^Trying again in (59|60) min/)).toBeTruthy();
  });

  it('changes as the campaign does, and announces it', async () => {
    const { store, messages } = show(<CampaignView id="a" />, () => json(retrying));
    await screen.findByText('A fine text.');
    const complete: Campaign = { ...retrying, status: 'COMPLETE', updatedAt: '2026-08-01T10:01:00.000Z', completedAt: '2026-08-01T10:01:00.000Z', images: retrying.images.map(one => ({ ...one, status: 'COMPLETE' as const, url: `/api/campaigns/a/images/${one.index}`, error: null })) };
    act(() => store.put(complete));
    expect(screen.getAllByRole('img', { name: /Image \d of/ })).toHaveLength(2);
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
    expect(messages).toContain('The campaign is complete.');
  });

  it('polls where streams do not come through', async () => {
    let hasResponded = false;
    const { calls } = show(
      <CampaignView id="a" />,
      call => {
        if (!call.path.includes('wait=')) return json(retrying);
        if (hasResponded) return new Promise<Response>(() => {});
        hasResponded = true;
        return json({ ...retrying, status: 'CANCELED', updatedAt: '2026-08-01T11:00:00.000Z' }, 200, { ETag: 'W/"2"' });
      },
      { live: { state: 'polling', epoch: 0 } },
    );
    await screen.findByText('Canceled', { selector: '.badge' });
    expect(calls.some(call => call.path.startsWith('/api/campaigns/a?wait='))).toBe(true);
  });

  it('makes an image again from another prompt, and steps through its versions', async () => {
    const complete = campaign('a', { status: 'COMPLETE', text: null, images: [image(0, { status: 'COMPLETE', url: '/api/campaigns/a/images/0?version=1' })] });
    const made = { ...complete, updatedAt: '2026-08-01T10:02:00.000Z', images: [{ ...complete.images[0]!, version: 2, versions: 2, url: '/api/campaigns/a/images/0?version=2' }] };
    const version = (number: number, current: boolean) => ({ part: 'image/0', version: number, current, status: 'COMPLETE', prompt: 'p', provider: 'openai', nextAttemptAt: null, error: null, endedAt: '2026-08-01T10:02:00.000Z' });
    const { calls, user } = show(<CampaignView id="a" />, call => {
      if (call.path.endsWith('/versions')) return json({ items: [version(1, false), version(2, true)] });
      return call.method === 'GET' ? json(complete) : json(made, 202);
    });
    await user.click(await screen.findByRole('button', { name: 'Make again: Image 1' }));
    const dialog = within(screen.getByRole('dialog'));
    await user.clear(dialog.getByLabelText('Prompt'));
    await user.type(dialog.getByLabelText('Prompt'), 'At night');
    await user.click(dialog.getByRole('button', { name: 'Make again' }));
    await screen.findByText('Version 2 of 2');
    expect(calls.find(call => call.method === 'POST')).toMatchObject({ path: '/api/campaigns/a/images/0/regenerate', body: { prompt: 'At night' } });
    await user.click(screen.getByRole('button', { name: 'Earlier version of Image 1' }));
    expect(calls.at(-1)).toMatchObject({ method: 'PUT', path: '/api/campaigns/a/images/0/version', body: { version: 1 } });
  });

  it('is not visible to another caller', async () => {
    show(<CampaignView id="a" />, () => problem(404, 'not_found', 'There is no such campaign.'));
    await screen.findByText('This campaign is not here');
  });

  it('is deleted after a confirmation', async () => {
    const ended = { ...retrying, status: 'FAILED' as const };
    const { calls, user } = show(<CampaignView id="a" />, call => (call.method === 'DELETE' ? new Response(null, { status: 204 }) : json(ended)));
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    expect(calls.every(call => call.method === 'GET')).toBe(true);
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete' }));
    await screen.findByText('This campaign is not here');
    expect(calls.some(call => call.method === 'DELETE' && call.path === '/api/campaigns/a')).toBe(true);
  });
});

describe('the gallery', () => {
  it('fetches the list again when a stream begins that does not resume', async () => {
    let items = [campaign('a')];
    const { again } = show(<Gallery />, () => json({ items, nextCursor: null }));
    await screen.findByText('Prompt of a');
    items = [campaign('b', { createdAt: '2026-08-01T11:00:00.000Z' }), campaign('a')];
    again({ live: { state: 'live', epoch: 2 } });
    await screen.findByText('Prompt of b');
  });

  it('keeps the refresh of a new stream when the state of the stream changes meanwhile', async () => {
    let items = [campaign('a')];
    let respond: () => void = () => {};
    const { again } = show(<Gallery />, async () => {
      if (items.length > 1) await new Promise<void>(resolve => (respond = resolve));
      return json({ items, nextCursor: null });
    });
    await screen.findByText('Prompt of a');
    items = [campaign('b', { createdAt: '2026-08-01T11:00:00.000Z' }), campaign('a')];
    again({ live: { state: 'live', epoch: 2 } });
    again({ live: { state: 'connecting', epoch: 2 } });
    respond();
    await screen.findByText('Prompt of b');
  });

  it('does not go back to what a list says that a later response has overtaken', async () => {
    const running = campaign('a', { status: 'RUNNING' });
    let respond: () => void = () => {};
    const { again, store } = show(<Gallery />, async call => {
      if (call.path.startsWith('/api/campaigns?') && store.get('a')) await new Promise<void>(resolve => (respond = resolve));
      return json({ items: [running], nextCursor: null });
    });
    await screen.findByText('In progress');
    again({ live: { state: 'live', epoch: 2 } });
    act(() => store.put({ ...running, status: 'COMPLETE', updatedAt: '2026-08-01T10:01:00.000Z' }));
    await screen.findByText('Complete', { selector: '.badge' });
    await act(async () => respond());
    expect(screen.queryByText('In progress', { selector: '.badge' })).toBeNull();
  });

  it('keeps what has changed since a list was made that comes later', async () => {
    let respond: () => void = () => {};
    let isHeld = false;
    const { again, store } = show(<Gallery />, async call => {
      if (call.path.startsWith('/api/campaigns?') && isHeld) await new Promise<void>(resolve => (respond = resolve));
      return json({ items: [campaign('a')], nextCursor: null });
    });
    await screen.findByText('Prompt of a');
    isHeld = true;
    again({ live: { state: 'live', epoch: 2 } });
    act(() => store.put(campaign('b', { createdAt: '2026-08-01T10:00:01.000Z' })));
    act(() => store.remove('a'));
    await act(async () => respond());
    expect(screen.getAllByRole('heading', { level: 3 }).map(heading => heading.textContent)).toEqual(['Prompt of b']);
  });

  it('loads the next page after the last', async () => {
    const { calls, user } = show(<Gallery />, call =>
      json(call.path.includes('cursor=next') ? { items: [campaign('a', { createdAt: '2026-07-01T10:00:00.000Z' })], nextCursor: null } : { items: [campaign('b')], nextCursor: 'next' }),
    );
    await user.click(await screen.findByRole('button', { name: 'Load more' }));
    await screen.findByText('Prompt of a');
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
    expect(calls).toHaveLength(2);
  });

  it('offers to try again when the list cannot be fetched', async () => {
    let isAway = true;
    const { user } = show(<Gallery />, () => (isAway ? problem(503, 'database_unavailable', 'The database cannot be reached at the moment.') : json({ items: [campaign('a')], nextCursor: null })));
    await screen.findByText(/cannot be reached/);
    isAway = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByText('Prompt of a');
  });
});

describe('the inbox', () => {
  const events: CampaignEvent[] = [event(1, { type: 'campaign.accepted' }), event(2, { type: 'campaign.failed', error: { code: 'content_filter', message: 'Refused.' } }), event(3)];

  it('shows how campaigns ended, and every step on request', async () => {
    const inbox = reduceInbox(emptyInbox, { type: 'loaded', events });
    const { user } = show(<InboxView />, () => json(campaign('a')), { inbox });
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    await user.click(screen.getByRole('switch', { name: /Every step/ }));
    expect(screen.getAllByRole('listitem')).toHaveLength(3);
  });

  it('acknowledges up to the newest', async () => {
    const acknowledged: number[] = [];
    const inbox = reduceInbox(emptyInbox, { type: 'loaded', events });
    const { user } = show(<InboxView />, () => json(campaign('a')), { inbox, acknowledge: upTo => Promise.resolve(void acknowledged.push(upTo)) });
    await user.click(screen.getByRole('button', { name: 'Mark all as read' }));
    expect(acknowledged).toEqual([3]);
  });
});
