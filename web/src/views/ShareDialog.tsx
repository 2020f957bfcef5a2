import { useCallback, useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { Campaign, NewShare, Share } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { Field } from '../components/Field';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { copyText } from '../lib/clipboard';
import { dateTime } from '../lib/format';
import { useLoad } from '../lib/useLoad';

const periods = [
  { days: 1, label: 'A day' },
  { days: 7, label: 'A week' },
  { days: 30, label: '30 days' },
  { days: 365, label: 'A year' },
] as const;

/** Makes links to a campaign, and revokes them. */
export function ShareDialog({ campaign, onClose }: { readonly campaign: Campaign; readonly onClose: () => void }) {
  const { client, toast } = useSession();
  const path = `/api/campaigns/${campaign.id}/shares`;
  const { data, problem, reload } = useLoad(useCallback(signal => client.get<{ items: readonly Share[] }>(path, signal), [client, path]));
  const [days, setDays] = useState(30);
  const [link, setLink] = useState<string | null>(null);
  const [isCopied, setCopied] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);

  async function act(what: string, run: () => Promise<void>) {
    setBusy(what);
    try {
      await run();
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
      reload();
    }
  }

  const create = () =>
    act('create', async () => {
      const share = await client.post<NewShare>(path, { expiresInDays: days });
      setCopied(false);
      setLink(new URL(share.url, window.location.origin).href);
    });

  const revoke = (share: Share) =>
    act(share.id, async () => {
      await client.delete(`/api/shares/${share.id}`);
      toast('The link was revoked.');
    });

  return (
    <Dialog title="Share" onClose={onClose}>
      <div className="dialog-text">
        <p>Anyone with the link sees the prompt, the text and the images. Nobody sees who you are.</p>
      </div>
      <form
        className="share-form"
        onSubmit={event => {
          event.preventDefault();
          if (busy === null) void create();
        }}
      >
        <Field label="The link works for">
          {attributes => (
            <select {...attributes} value={days} onChange={event => setDays(Number(event.target.value))}>
              {periods.map(period => (
                <option key={period.days} value={period.days}>
                  {period.label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button type="submit" variant="primary" isBusy={busy === 'create'}>
          Create a link
        </Button>
      </form>
      {link && (
        <div className="dialog-text" role="status">
          <p>Copy it now: it is not shown again.</p>
          <p className="secret">
            <code>{link}</code>
          </p>
          <Button icon={isCopied ? 'check' : 'copy'} onClick={() => void copyText(link).then(setCopied)}>
            {isCopied ? 'Copied' : 'Copy the link'}
          </Button>
        </div>
      )}
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Spinner label="Fetching the links" />}
      {data && data.items.length > 0 && (
        <ul className="rows" aria-label="Links to this campaign">
          {data.items.map(share => (
            <li key={share.id} className="row">
              <div>
                <p>Works until {dateTime(share.expiresAt)}</p>
                <p className="row-meta">Created {dateTime(share.createdAt)}</p>
              </div>
              <Button isBusy={busy === share.id} aria-label={`Revoke the link of ${dateTime(share.createdAt)}`} onClick={() => void revoke(share)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
