import { useCallback, useEffect, useMemo, useState } from 'react';
import { asProblem, describe, type Problem } from '../api/problem';
import type { CampaignEvent } from '../api/types';
import { campaignHash } from '../app/routes';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { Icon, type IconName } from '../components/Icon';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { ago, codeLabel, dateTime, excerpt, partLabel } from '../lib/format';
import { type NotifyState, notifyState, setNotify } from '../lib/notifications';
import { useNow } from '../lib/useNow';
import { isOutcome } from '../state/inbox';

const shownAtOnce = 100;
// One request each, so only a few: prompts are optional here.
const promptsAtOnce = 20;

function versionLabel(event: CampaignEvent): string {
  return partLabel(`${event.part ?? ''}/v${event.version ?? 1}`);
}

const looks: Readonly<Record<string, { readonly icon: IconName; readonly tone: string; readonly text: (event: CampaignEvent) => string }>> = {
  'campaign.accepted': { icon: 'plus', tone: 'neutral', text: () => 'Accepted' },
  'campaign.started': { icon: 'sparkle', tone: 'neutral', text: () => 'Started' },
  'campaign.text.completed': { icon: 'text', tone: 'success', text: () => 'Text complete' },
  'campaign.image.completed': { icon: 'image', tone: 'success', text: event => `${partLabel(event.part ?? '')} complete` },
  'campaign.part.retrying': {
    icon: 'retry',
    tone: 'warning',
    text: event => `${partLabel(event.part ?? '')} retrying${event.code ? `: ${codeLabel(event.code).toLowerCase()}` : ''}`,
  },
  'campaign.completed': { icon: 'check', tone: 'success', text: () => 'Campaign complete' },
  'campaign.failed': { icon: 'warning', tone: 'danger', text: event => `Campaign failed${event.error ? `: ${codeLabel(event.error.code).toLowerCase()}` : ''}` },
  'campaign.canceled': { icon: 'stop', tone: 'neutral', text: () => 'Campaign canceled' },
  'campaign.version.started': { icon: 'retry', tone: 'neutral', text: event => `${versionLabel(event)} is made` },
  'campaign.version.completed': { icon: 'check', tone: 'success', text: event => `${versionLabel(event)} complete` },
  'campaign.version.failed': { icon: 'warning', tone: 'danger', text: event => `${versionLabel(event)} failed` },
  'campaign.version.canceled': { icon: 'stop', tone: 'neutral', text: event => `${versionLabel(event)} canceled` },
  'campaign.version.chosen': { icon: 'check', tone: 'neutral', text: event => `${versionLabel(event)} chosen` },
};

/** The events that the caller has not marked as read. */
export function InboxView() {
  const { client, inbox, store, reloadInbox, acknowledge, announce } = useSession();
  const [showsAll, setShowsAll] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState<number | null>(null);
  const [, setKnown] = useState(0);
  const now = useNow(useCallback(() => client.now(), [client]), 10_000);
  const newestFirst = useMemo(() => inbox.events.filter(event => showsAll || isOutcome(event)).reverse(), [inbox.events, showsAll]);
  const shown = newestFirst.slice(0, shownAtOnce);

  const load = useCallback(() => {
    setProblem(null);
    reloadInbox().catch(error => setProblem(asProblem(error)));
  }, [reloadInbox]);
  useEffect(load, [load]);

  const wanted = [...new Set(shown.map(event => event.campaignId))].filter(id => !store.get(id)).slice(0, promptsAtOnce).join(' ');
  useEffect(() => {
    for (const id of wanted.split(' ').filter(Boolean)) store.refresh(id).then(() => setKnown(count => count + 1), () => {});
  }, [wanted, store]);

  async function read(upTo: number) {
    setBusy(upTo);
    try {
      await acknowledge(upTo);
      announce('Marked as read.');
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(null);
    }
  }

  const newest = inbox.events.at(-1)?.id;
  return (
    <div className="page page-narrow">
      <header className="page-head">
        <h1>Inbox</h1>
        <Button icon="check" disabled={newest === undefined} isBusy={busy !== null && busy === newest} onClick={() => newest !== undefined && void read(newest)}>
          Mark all as read
        </Button>
      </header>
      <div className="page-tools">
        <label className="switch">
          <input type="checkbox" role="switch" checked={showsAll} onChange={event => setShowsAll(event.target.checked)} />
          <span>Every step, not only how campaigns ended</span>
        </label>
        <NotifySwitch />
      </div>
      {problem && <ProblemNote problem={problem} onRetry={load} />}
      {!inbox.isLoaded && !problem && <Spinner label="Fetching the inbox" />}
      {inbox.isLoaded && shown.length === 0 && (
        <EmptyState icon="bell" title="All read">
          <p>Campaigns that end while you are away are listed here.</p>
        </EmptyState>
      )}
      {shown.length > 0 && (
        <ol className="inbox" aria-label="Messages, newest first">
          {shown.map(event => {
            const look = looks[event.type] ?? { icon: 'bell' as const, tone: 'neutral', text: () => codeLabel(event.type.replaceAll('.', ' ')) };
            const prompt = store.get(event.campaignId)?.prompt;
            return (
              <li key={event.id} className={`message message-${look.tone}`}>
                <span className="message-mark" aria-hidden="true">
                  <Icon name={look.icon} />
                </span>
                <div className="message-body">
                  <a href={campaignHash(event.campaignId)}>{look.text(event)}</a>
                  <p>{prompt ? excerpt(prompt, 90) : `Campaign ${event.campaignId.slice(0, 8)}`}</p>
                  {event.error && <p className="message-error">{event.error.message}</p>}
                </div>
                <time dateTime={event.at} title={dateTime(event.at)}>
                  {ago(event.at, now)}
                </time>
                <Button
                  variant="quiet"
                  icon="check"
                  aria-label={`Mark as read up to here: ${look.text(event)}, ${dateTime(event.at)}`}
                  title="Mark as read up to here"
                  isBusy={busy === event.id && event.id !== newest}
                  onClick={() => void read(event.id)}
                />
              </li>
            );
          })}
        </ol>
      )}
      {newestFirst.length > shown.length && <p className="more-note">and {newestFirst.length - shown.length} older ones.</p>}
    </div>
  );
}

function NotifySwitch() {
  const { toast } = useSession();
  const [state, setState] = useState<NotifyState>(notifyState);
  if (state === 'unsupported') return null;
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={state === 'on'}
        disabled={state === 'denied'}
        onChange={event =>
          void setNotify(event.target.checked).then(setState, error => toast(describe(asProblem(error)), 'danger'))
        }
      />
      <span>{state === 'denied' ? 'Browser notifications are blocked in the browser’s settings' : 'Browser notifications while this page is in the background'}</span>
    </label>
  );
}
