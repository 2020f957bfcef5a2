import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ApiClient } from '../api/client';
import { type Session, SessionProvider } from '../app/session';
import { emptyInbox } from '../state/inbox';
import { CampaignStore } from '../state/store';
import { me, type Service, serve, settings } from './fakes';

/** A view as it is in the page, with a fake service. */
export function show(view: React.ReactNode, service: Service, more: Partial<Session> = {}) {
  const { fetch, calls } = serve(service);
  const client = new ApiClient({}, undefined, fetch);
  const messages: string[] = [];
  const session: Session = {
    settings,
    client,
    me,
    reloadMe: () => {},
    store: new CampaignStore(client),
    live: { state: 'live', epoch: 1 },
    inbox: emptyInbox,
    reloadInbox: () => Promise.resolve(),
    acknowledge: () => Promise.resolve(),
    toast: message => messages.push(message),
    announce: message => messages.push(message),
    changeUser: () => {},
    signOut: () => {},
    ...more,
  };
  const { rerender } = render(<SessionProvider value={session}>{view}</SessionProvider>);
  return {
    calls,
    messages,
    store: session.store,
    again: (changes: Partial<Session>) => rerender(<SessionProvider value={{ ...session, ...changes }}>{view}</SessionProvider>),
    user: userEvent.setup(),
  };
}
