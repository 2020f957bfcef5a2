import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { ApiClient } from '../api/client';
import { fileNameIn } from '../lib/download';
import { json, problem, serve, type Service } from '../testing/fakes';
import { SharedView, sharedToken } from './SharedView';
import { outcomeOf } from './WebhookRow';

const shared = { prompt: 'A lake', createdAt: '2026-08-01T10:00:00.000Z', expiresAt: '2026-09-01T10:00:00.000Z', text: 'Water.', images: [{ index: 0, url: '/api/shared/t/images/0', width: 64, height: 64 }] };

function open(service: Service) {
  const { fetch, calls } = serve(service);
  render(<SharedView token="t" client={new ApiClient({}, undefined, fetch)} />);
  return { calls, user: userEvent.setup() };
}

describe('the page of a share', () => {
  it('shows the campaign without any credentials', async () => {
    const { calls } = open(() => json(shared));
    await screen.findByRole('heading', { name: 'A lake' });
    screen.getByRole('img', { name: 'Image 1 of “A lake”' });
    screen.getByText('Water.');
    expect(calls.every(call => call.path === '/api/shared/t' && !call.headers.has('Authorization'))).toBe(true);
  });

  it('says that a link is over', async () => {
    open(() => problem(404, 'not_found', 'There is no such share.'));
    await screen.findByText('This link shows nothing');
  });

  it('sends a report with its reason', async () => {
    const { calls, user } = open(call => (call.method === 'POST' ? new Response(null, { status: 202 }) : json(shared)));
    await user.click(await screen.findByRole('button', { name: 'Report this' }));
    await user.click(screen.getByRole('button', { name: 'Send the report' }));
    screen.getByText('Say what is wrong with it.');
    await user.type(screen.getByLabelText('What is wrong with it?'), 'It is mine.');
    await user.click(screen.getByRole('button', { name: 'Send the report' }));
    await screen.findByText(/Thank you/);
    expect(calls.at(-1)).toMatchObject({ method: 'POST', path: '/api/shared/t/report', body: { reason: 'It is mine.' } });
  });

  it('is found by its path', () => {
    expect(['/s/abc', '/s/abc/', '/', '/s/', '/s/a/b'].map(sharedToken)).toEqual(['abc', 'abc', null, null, null]);
  });
});

describe('downloads', () => {
  it('have the name that the service gives them', () => {
    expect(fileNameIn(`attachment; filename="Caf_-1234.zip"; filename*=UTF-8''Caf%C3%A9-1234.zip`)).toBe('Café-1234.zip');
    expect(fileNameIn(`attachment; filename*=UTF-8''%zz`)).toBeNull();
    expect(fileNameIn(null)).toBeNull();
  });
});

describe('deliveries', () => {
  const delivery = { id: 'd', eventId: 1, type: 'campaign.completed', campaignId: 'a', createdAt: '', state: 'DELIVERED', attempts: 1, status: 200, error: null, durationMs: 118, nextAttemptAt: null, completedAt: null } as const;
  it('say what came of them', () => {
    expect(outcomeOf(delivery)).toBe('Response 200 in 118 ms. 1 attempt.');
    expect(outcomeOf({ ...delivery, attempts: 2, error: { code: 'timeout', message: 'The receiver did not respond in time.' } })).toBe('The receiver did not respond in time. 2 attempts.');
    expect(outcomeOf({ ...delivery, attempts: 0 })).toBe('No attempt yet.');
  });
});
