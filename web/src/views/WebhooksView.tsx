import { useCallback, useState } from 'react';
import { asProblem, describe, mapFieldErrors } from '../api/problem';
import { eventTypes, type NewWebhook, type Webhook } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog, Dialog } from '../components/Dialog';
import { EmptyState } from '../components/EmptyState';
import { Field } from '../components/Field';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { copyText } from '../lib/clipboard';
import { dateTime, plural } from '../lib/format';
import { useLoad } from '../lib/useLoad';
import { WebhookRow } from './WebhookRow';

const labels = { url: 'The address', events: 'The events' };

/** The caller's webhooks. */
export function WebhooksView() {
  const { client, toast } = useSession();
  const { data, problem, reload } = useLoad(useCallback(signal => client.get<{ items: readonly Webhook[] }>('/api/webhooks', signal), [client]));
  const [shown, setShown] = useState<ShownSecret | null>(null);
  const [doomed, setDoomed] = useState<Webhook | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function remove(webhook: Webhook) {
    setBusy(true);
    try {
      await client.delete(`/api/webhooks/${webhook.id}`);
      toast('The webhook was deleted.');
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(false);
      setDoomed(null);
      reload();
    }
  }

  return (
    <div className="page page-narrow">
      <header className="page-head">
        <div>
          <h1>Webhooks</h1>
          <p>Each change of your campaigns as a signed POST to a server of yours, tried again for about a day.</p>
        </div>
      </header>
      <NewWebhookForm
        onCreated={webhook => {
          setShown({ ...webhook, previousUntil: null });
          reload();
        }}
      />
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Spinner label="Fetching the webhooks" />}
      {data?.items.length === 0 && (
        <EmptyState icon="hook" title="No webhooks yet">
          <p>Add an address above. Its signing secret is shown once.</p>
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul className="rows" aria-label="Webhooks">
          {data.items.map(webhook => (
            <WebhookRow
              key={webhook.id}
              webhook={webhook}
              onSecret={(secret, previousUntil) => setShown({ url: webhook.url, secret, previousUntil })}
              onDelete={() => setDoomed(webhook)}
            />
          ))}
        </ul>
      )}
      {shown && <SecretDialog shown={shown} onClose={() => setShown(null)} />}
      {doomed && (
        <ConfirmDialog title="Delete this webhook?" confirm="Delete" isBusy={isBusy} onConfirm={() => void remove(doomed)} onClose={() => setDoomed(null)}>
          <p>
            <code>{doomed.url}</code> gets no more messages, nor those that are on their way.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function NewWebhookForm({ onCreated }: { readonly onCreated: (webhook: NewWebhook) => void }) {
  const { client } = useSession();
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function submit() {
    if (isBusy) return;
    if (url.trim() === '') {
      setFaults({ url: 'Enter the address that messages go to.' });
      return;
    }
    setBusy(true);
    setFaults({});
    setGeneral(null);
    try {
      onCreated(await client.post<NewWebhook>('/api/webhooks', { url: url.trim(), events: chosen }));
      setUrl('');
      setChosen([]);
    } catch (error) {
      const problem = asProblem(error);
      const { fields, others } = mapFieldErrors(problem, labels);
      setFaults(fields);
      if (Object.keys(fields).length === 0 || others.length > 0) setGeneral([describe(problem), ...others].join(' '));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="panel"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field label="Address" error={faults['url']} hint="Public and https.">
        {attributes => (
          <input {...attributes} type="url" value={url} placeholder="https://example.org/hooks/atelier" onChange={event => setUrl(event.target.value)} autoComplete="off" />
        )}
      </Field>
      <fieldset className="checks">
        <legend>Events</legend>
        {eventTypes.map(type => (
          <label key={type}>
            <input
              type="checkbox"
              checked={chosen.includes(type)}
              onChange={event => setChosen(event.target.checked ? [...chosen, type] : chosen.filter(other => other !== type))}
            />
            <span>{type.replace('campaign.', '')}</span>
          </label>
        ))}
        <p className="field-hint">{chosen.length === 0 ? 'None chosen: all of them.' : plural(chosen.length, 'type')}</p>
        {faults['events'] && <p className="field-error">{faults['events']}</p>}
      </fieldset>
      {general && (
        <p className="note note-danger" role="alert">
          {general}
        </p>
      )}
      <Button type="submit" variant="primary" icon="plus" isBusy={isBusy}>
        Add the webhook
      </Button>
    </form>
  );
}

interface ShownSecret {
  readonly url: string;
  readonly secret: string;
  readonly previousUntil: string | null;
}

function SecretDialog({ shown, onClose }: { readonly shown: ShownSecret; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <Dialog title="The signing secret" onClose={onClose}>
      <div className="dialog-text">
        <p>
          Messages to <code>{shown.url}</code> are signed with it. It is shown this once: keep it where your server finds it.
        </p>
        {shown.previousUntil && <p>The secret before signs too, until {dateTime(shown.previousUntil)}.</p>}
        <p className="secret">
          <code>{shown.secret}</code>
        </p>
      </div>
      <div className="dialog-actions">
        <Button icon={isCopied ? 'check' : 'copy'} onClick={() => void copyText(shown.secret).then(setCopied)}>
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </Dialog>
  );
}
