import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { ApiClient } from '../api/client';
import type { LiveState } from '../api/follow';
import { followShared } from '../api/followShared';
import type { Campaign, CampaignEvent, InboxPage, Me, PageSettings } from '../api/types';
import { Announcer, type Toast, Toasts } from '../components/Toasts';
import { titleOf } from '../lib/format';
import { notifyState, showNotification } from '../lib/notifications';
import { watchVisibility } from '../lib/visibility';
import { emptyInbox, reduceInbox } from '../state/inbox';
import { CampaignStore } from '../state/store';
import { campaignHash } from './routes';
import { type Live, type Session, SessionProvider, type ToastTone } from './session';
import { Shell } from './Shell';

const inboxPage = 500;
// More is of no use; the badge shows "99+" long before.
const inboxPages = 4;
const pollInbox = 30_000;
const toastTime = 7_000;

const outcomes: Readonly<Record<string, { text: string; tone: ToastTone }>> = {
  'campaign.completed': { text: 'A campaign is complete.', tone: 'success' },
  'campaign.failed': { text: 'A campaign has failed.', tone: 'danger' },
  'campaign.canceled': { text: 'A campaign was canceled.', tone: 'neutral' },
};

const titleText = (campaign: Campaign | null) => (campaign ? titleOf(campaign) : '');

/** Whether the service has come back: what failed meanwhile is to be fetched again. */
function isBack(before: LiveState, after: LiveState): boolean {
  return (before === 'offline' && after === 'polling') || ((before === 'offline' || before === 'polling') && after === 'live');
}

interface Props {
  readonly settings: PageSettings;
  readonly client: ApiClient;
  readonly me: Me;
  readonly reloadMe: () => void;
  readonly changeUser: (user: string) => void;
  readonly signOut: () => void;
}

/** Everything that lives as long as one caller is signed in: the stream of events, the inbox, the campaigns known so far. */
export function SignedIn({ settings, client, me, reloadMe, changeUser, signOut }: Props) {
  const store = useMemo(() => new CampaignStore(client), [client]);
  const [live, setLive] = useState<Live>({ state: 'connecting', epoch: 0 });
  const [inbox, dispatch] = useReducer(reduceInbox, emptyInbox);
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [announcement, setAnnouncement] = useState('');
  const toastId = useRef(0);

  const dismiss = useCallback((id: number) => setToasts(known => known.filter(toast => toast.id !== id)), []);
  const toast = useCallback(
    (message: string, tone: ToastTone = 'neutral', href?: string) => {
      const id = ++toastId.current;
      setToasts(known => [...known.slice(-3), { id, message, tone, href: href ?? null }]);
      setTimeout(() => dismiss(id), toastTime);
    },
    [dismiss],
  );
  // A repeated sentence must be announced again: a trailing blank makes it another text.
  const announce = useCallback((message: string) => setAnnouncement(before => (before === message ? `${message} ` : message)), []);

  const reloadInbox = useCallback(async () => {
    const events: CampaignEvent[] = [];
    let after: number | null = null;
    for (let page = 0; page < inboxPages; page++) {
      const found: InboxPage = await client.get(`/api/notifications?limit=${inboxPage}${after === null ? '' : `&after=${after}`}`);
      events.push(...found.items);
      after = found.nextAfter;
      if (after === null) break;
    }
    dispatch({ type: 'loaded', events });
  }, [client]);

  const acknowledge = useCallback(
    async (upTo: number) => {
      await client.post('/api/notifications/ack', { upTo });
      dispatch({ type: 'acknowledged', upTo });
    },
    [client],
  );

  const onEvent = useCallback(
    (event: CampaignEvent) => {
      dispatch({ type: 'arrived', event });
      store.take(event);
      const outcome = outcomes[event.type];
      if (!outcome) return;
      reloadMe();
      const href = campaignHash(event.campaignId);
      if (window.location.hash !== href) toast(outcome.text, outcome.tone, href);
      if (document.hidden) showNotification(outcome.text, titleText(store.get(event.campaignId)), event.campaignId, href);
    },
    [store, toast, reloadMe],
  );

  useEffect(() => {
    let connection: AbortController | null = null;
    let position = Promise.resolve('');
    const doubt = new EventTarget();
    client.onUnreachable = () => doubt.dispatchEvent(new Event('doubt'));
    const open = () => {
      if (connection) return;
      const { signal } = (connection = new AbortController());
      // After the previous stream has ended: only then its last position is known.
      position = position.then(after =>
        followShared({
          name: `atelier.events ${me.userId}`,
          open: (headers, aborted) => client.open('/api/events', { headers, signal: aborted }),
          onEvent,
          onState: (state, isFresh) => setLive(known => ({ state, epoch: known.epoch + (isFresh || isBack(known.state, state) ? 1 : 0) })),
          signal,
          doubt,
          after,
        }),
      );
    };
    const close = () => {
      connection?.abort();
      connection = null;
    };
    const stopWatching = watchVisibility(open, () => notifyState() !== 'on' && close());
    open();
    return () => {
      stopWatching();
      close();
    };
  }, [client, onEvent, me.userId]);

  useEffect(() => {
    reloadInbox().catch(() => {});
    if (live.state !== 'polling') return;
    const timer = setInterval(() => void reloadInbox().catch(() => {}), pollInbox);
    return () => clearInterval(timer);
  }, [reloadInbox, live]);

  useEffect(
    () =>
      store.subscribe(change => {
        if (change.type === 'removed') dispatch({ type: 'removed', campaignId: change.id });
      }),
    [store],
  );

  const session = useMemo<Session>(
    () => ({ settings, client, me, reloadMe, store, live, inbox, reloadInbox, acknowledge, toast, announce, changeUser, signOut }),
    [settings, client, me, reloadMe, store, live, inbox, reloadInbox, acknowledge, toast, announce, changeUser, signOut],
  );

  return (
    <SessionProvider value={session}>
      <Shell />
      <Toasts toasts={toasts} onDismiss={dismiss} />
      <Announcer message={announcement} />
    </SessionProvider>
  );
}

