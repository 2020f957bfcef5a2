import { useCallback, useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { Delivery, Webhook, WebhookSecret, WebhookTest } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog, Dialog } from '../components/Dialog';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { dateTime, duration, plural } from '../lib/format';
import { useLoad } from '../lib/useLoad';

interface Props {
  readonly webhook: Webhook;
  readonly onSecret: (secret: string, previousUntil: string) => void;
  readonly onDelete: () => void;
}

/** One webhook, and what can be done with it. */
export function WebhookRow({ webhook, onSecret, onDelete }: Props) {
  const { client, toast } = useSession();
  const [busy, setBusy] = useState<'test' | 'secret' | null>(null);
  const [open, setOpen] = useState<'secret' | 'deliveries' | null>(null);
  const path = `/api/webhooks/${webhook.id}`;

  async function act(action: 'test' | 'secret', run: () => Promise<void>) {
    setBusy(action);
    try {
      await run();
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
    }
  }

  const test = () =>
    act('test', async () => {
      const outcome = await client.post<WebhookTest>(`${path}/test`);
      if (outcome.delivered) toast(`The receiver responded with ${outcome.status} in ${duration(outcome.durationMs)}.`, 'success');
      else toast(`The test was not delivered. ${outcome.error?.message ?? ''}`, 'danger');
    });

  const replaceSecret = () =>
    act('secret', async () => {
      const replaced = await client.post<WebhookSecret>(`${path}/secret`);
      setOpen(null);
      onSecret(replaced.secret, replaced.previousUntil);
    });

  return (
    <li className="row row-tools">
      <div>
        <p className="row-title">{webhook.url}</p>
        <p className="row-meta">
          {webhook.events.length === 0 ? 'All events' : webhook.events.map(type => type.replace('campaign.', '')).join(', ')} · since {dateTime(webhook.createdAt)}
        </p>
      </div>
      <div className="row-actions" role="group" aria-label={`What to do with ${webhook.url}`}>
        <Button isBusy={busy === 'test'} onClick={() => void test()}>
          Test
        </Button>
        <Button onClick={() => setOpen('secret')}>New secret</Button>
        <Button onClick={() => setOpen('deliveries')}>Deliveries</Button>
        <Button variant="quiet" icon="trash" aria-label={`Delete the webhook ${webhook.url}`} onClick={onDelete} />
      </div>
      {open === 'secret' && (
        <ConfirmDialog title="Replace the secret?" confirm="Replace" isBusy={busy === 'secret'} onConfirm={() => void replaceSecret()} onClose={() => setOpen(null)}>
          <p>
            Messages to <code>{webhook.url}</code> are signed with both secrets for a day, so that you can change your server. After that the present one no longer counts.
          </p>
        </ConfirmDialog>
      )}
      {open === 'deliveries' && <DeliveriesDialog webhook={webhook} onClose={() => setOpen(null)} />}
    </li>
  );
}

const states: Readonly<Record<Delivery['state'], string>> = { PENDING: 'Waiting', DELIVERED: 'Delivered', DEAD: 'Given up' };

function DeliveriesDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const { client } = useSession();
  const { data, problem, reload, isLoading } = useLoad(
    useCallback(signal => client.get<{ items: readonly Delivery[] }>(`/api/webhooks/${webhook.id}/deliveries`, signal), [client, webhook.id]),
  );
  return (
    <Dialog title="Latest deliveries" onClose={onClose} className="dialog-wide">
      <p className="row-meta">{webhook.url}</p>
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Spinner label="Fetching the deliveries" />}
      {data?.items.length === 0 && <p>Nothing has been sent to it yet. A test is not listed here.</p>}
      {data && data.items.length > 0 && (
        <ul className="rows" aria-label="Deliveries, newest first">
          {data.items.map(delivery => (
            <li key={delivery.id} className="row">
              <div>
                <p className="row-title">
                  <span className={`tag tag-${delivery.state.toLowerCase()}`}>{states[delivery.state]}</span> {delivery.type.replace('campaign.', '')}
                </p>
                <p>{outcomeOf(delivery)}</p>
                <p className="row-meta">
                  <time dateTime={delivery.createdAt}>{dateTime(delivery.createdAt)}</time> · event {delivery.eventId}
                  {delivery.nextAttemptAt !== null && ` · next attempt ${dateTime(delivery.nextAttemptAt)}`}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <div className="dialog-actions">
        <Button icon="retry" isBusy={isLoading && data !== null} onClick={reload}>
          Refresh
        </Button>
      </div>
    </Dialog>
  );
}

/** What came of a delivery so far, as a sentence. */
export function outcomeOf(delivery: Delivery): string {
  if (delivery.attempts === 0) return 'No attempt yet.';
  const time = delivery.durationMs === null ? '' : ` in ${duration(delivery.durationMs)}`;
  const what = delivery.error?.message ?? `Response ${delivery.status}${time}.`;
  return `${what} ${plural(delivery.attempts, 'attempt')}.`;
}
