import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { campaign, json, problem, type Service } from '../testing/fakes';
import { show } from '../testing/show';
import { CampaignView } from './CampaignView';
import { Gallery } from './Gallery';

const complete = (id: string, changes = {}) => campaign(id, { status: 'COMPLETE', completedAt: '2026-08-01T10:01:00.000Z', ...changes });
const later = '2026-08-01T11:00:00.000Z';

beforeEach(() => {
  window.location.hash = '';
});

describe('a campaign', () => {
  const patching =
    (current = complete('a', { tags: ['summer'] })): Service =>
    call => {
      if (call.method === 'PATCH') current = { ...current, ...(call.body as object), updatedAt: later };
      return json(current);
    };

  it('is named in place, and gives the focus back', async () => {
    const { calls, user } = show(<CampaignView id="a" />, patching());
    await user.click(await screen.findByRole('button', { name: 'Name this campaign' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Name of the campaign'));
    await user.keyboard('Beach{Enter}');
    await screen.findByRole('heading', { level: 1, name: 'Beach' });
    screen.getByText('Prompt of a');
    expect(calls.filter(call => call.method === 'PATCH').map(call => call.body)).toEqual([{ name: 'Beach' }]);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Change the name' }));
  });

  it('keeps its name when Escape is pressed, and loses it when the field is emptied', async () => {
    const { calls, user } = show(<CampaignView id="a" />, patching(complete('a', { name: 'Beach' })));
    await user.click(await screen.findByRole('button', { name: 'Change the name' }));
    await user.keyboard(' at noon{Escape}');
    screen.getByRole('heading', { level: 1, name: 'Beach' });
    await user.click(screen.getByRole('button', { name: 'Change the name' }));
    await user.clear(screen.getByLabelText('Name of the campaign'));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByRole('heading', { level: 1, name: 'Prompt of a' });
    expect(calls.filter(call => call.method === 'PATCH').map(call => call.body)).toEqual([{ name: null }]);
  });

  it('gets a text of the caller as a new version, and no empty one', async () => {
    const text = { status: 'COMPLETE' as const, content: 'Made by a model.', provider: 'openai', model: 'gpt', attempts: 1, nextAttemptAt: null, waitingFor: null, usage: null, error: null, version: 1, versions: 1 };
    const before = complete('a', { text });
    const { calls, user } = show(<CampaignView id="a" />, call => {
      if (call.path.endsWith('/versions')) return json({ items: [] });
      return json(call.method === 'PATCH' ? { ...before, updatedAt: later, text: { ...text, content: (call.body as { text: string }).text, provider: 'user', model: null, version: 2, versions: 2 } } : before);
    });
    await user.click(await screen.findByRole('button', { name: 'Edit the text' }));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Text' });
    expect(field.value).toBe('Made by a model.');
    await user.clear(field);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await user.type(field, 'Our own words.');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Written by you');
    screen.getByText('Our own words.');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(calls.filter(call => call.method === 'PATCH').map(call => call.body)).toEqual([{ text: 'Our own words.' }]);
  });

  it('gets and loses tags, and is marked as a favorite', async () => {
    const { calls, user } = show(<CampaignView id="a" />, patching());
    await user.type(await screen.findByLabelText('New tag'), ' cats {Enter}');
    expect((await screen.findByRole('link', { name: 'cats' })).getAttribute('href')).toBe('#/?tag=cats');
    await user.type(screen.getByLabelText('New tag'), 'CATS{Enter}');
    await user.click(screen.getByRole('button', { name: 'Remove tag summer' }));
    await waitFor(() => expect(screen.queryByRole('link', { name: 'summer' })).toBeNull());
    const star = screen.getByRole('button', { name: /^Favorite/ });
    await user.click(star);
    await waitFor(() => expect(star.getAttribute('aria-pressed')).toBe('true'));
    expect(calls.filter(call => call.method === 'PATCH').map(call => call.body)).toEqual([{ tags: ['summer', 'cats'] }, { tags: ['cats'] }, { favorite: true }]);
  });

  it('shows why a change was refused and keeps what was typed', async () => {
    const { messages, user } = show(<CampaignView id="a" />, call => (call.method === 'PATCH' ? problem(503, 'database_unavailable', 'The database cannot be reached at the moment.') : json(complete('a'))));
    await user.click(await screen.findByRole('button', { name: 'Name this campaign' }));
    await user.keyboard('Beach{Enter}');
    await waitFor(() => expect(messages.join()).toContain('cannot be reached'));
    expect(screen.getByLabelText('Name of the campaign')).toHaveProperty('value', 'Beach');
  });
});

describe('the gallery', () => {
  it('asks for favorites, a tag, a status and a time', async () => {
    window.location.hash = '#/?tag=Spring+sale';
    const { calls, user } = show(<Gallery />, () => json({ items: [], nextCursor: null }));
    await user.click(screen.getByRole('button', { name: 'Favorites' }));
    await user.selectOptions(screen.getByLabelText('Status'), 'COMPLETE');
    await user.selectOptions(screen.getByLabelText('Time'), 'week');
    await waitFor(() => expect(calls.at(-1)!.path).toMatch(/status=COMPLETE&favorite=true&tag=Spring\+sale&from=20/));
    await user.click(screen.getByRole('button', { name: 'Show all campaigns' }));
    await act(() => new Promise(resolve => setTimeout(resolve)));
    await waitFor(() => expect(calls.at(-1)!.path).toBe('/api/campaigns?limit=24'));
    expect(window.location.hash).toBe('#/');
  });

  it('deletes what is selected after a question, and keeps selected what could not be deleted', async () => {
    const { calls, messages, user } = show(<Gallery />, call =>
      call.method === 'POST'
        ? json({ results: [{ id: 'b', status: 204, code: null }, { id: 'a', status: 409, code: 'campaign_running' }] })
        : json({ items: [complete('c', { createdAt: later }), complete('b'), campaign('a')], nextCursor: null }),
    );
    await screen.findByText('Prompt of b');
    await user.click(screen.getByRole('button', { name: 'Select' }));
    await user.click(screen.getByLabelText('Select Prompt of b'));
    await user.click(screen.getByLabelText('Select Prompt of a'));
    const bar = screen.getByRole('group', { name: 'Selected campaigns' });
    await user.click(within(bar).getByRole('button', { name: 'Delete' }));
    await user.click(within(screen.getByRole('dialog', { name: 'Delete 2 campaigns?' })).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(screen.queryByText('Prompt of b')).toBeNull());
    expect(calls.find(call => call.method === 'POST')).toMatchObject({ path: '/api/campaigns/delete', body: { ids: ['b', 'a'] } });
    expect(messages).toEqual(['1 campaign deleted. 1 could not be: still running.']);
    within(bar).getByText('1 campaign selected');
    expect(screen.getByLabelText('Select Prompt of a')).toHaveProperty('checked', true);
  });

  it('does nothing to what is selected and not shown any more', async () => {
    const { calls, user } = show(<Gallery />, call =>
      json(call.method === 'POST' ? { results: [] } : { items: call.path.includes('favorite') ? [complete('b', { favorite: true })] : [complete('b', { favorite: true }), complete('a')], nextCursor: null }),
    );
    await screen.findByText('Prompt of a');
    await user.click(screen.getByRole('button', { name: 'Select' }));
    await user.click(screen.getByRole('button', { name: 'Select all shown' }));
    await user.click(screen.getByRole('button', { name: 'Favorites' }));
    await screen.findByText('1 campaign selected');
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(calls.find(call => call.method === 'POST')).toMatchObject({ body: { ids: ['b'] } }));
  });

  it('retries what is selected', async () => {
    const { calls, messages, user } = show(<Gallery />, call =>
      call.method === 'POST'
        ? json({ results: [{ id: 'a', status: 202, code: null }] })
        : json(call.path.includes('?') ? { items: [campaign('a', { status: 'FAILED' })], nextCursor: null } : campaign('a', { status: 'PENDING', updatedAt: later })),
    );
    await screen.findByText('Prompt of a');
    await user.click(screen.getByRole('button', { name: 'Select' }));
    await user.click(screen.getByRole('button', { name: 'Select all shown' }));
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    await screen.findByText('Waiting', { selector: '.badge' });
    expect(calls.find(call => call.method === 'POST')).toMatchObject({ path: '/api/campaigns/retry', body: { ids: ['a'] } });
    expect(messages).toEqual(['1 campaign retried.']);
  });
});
