import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/client';
import type { LiveState } from '../api/follow';
import type { Me, PageSettings } from '../api/types';
import type { InboxState } from '../state/inbox';
import type { CampaignStore } from '../state/store';

export interface Live {
  readonly state: LiveState;
  /** Grows when a stream begins without resuming an earlier one, and when the service is back: what is on screen is to be fetched again. */
  readonly epoch: number;
}

export type ToastTone = 'success' | 'danger' | 'neutral';

/** What every view works with, once the user is signed in. */
export interface Session {
  readonly settings: PageSettings;
  readonly client: ApiClient;
  readonly me: Me;
  readonly reloadMe: () => void;
  readonly store: CampaignStore;
  readonly live: Live;
  readonly inbox: InboxState;
  readonly reloadInbox: () => Promise<void>;
  readonly acknowledge: (upTo: number) => Promise<void>;
  /** Shows a message that goes away by itself, and announces it to screen readers. */
  readonly toast: (message: string, tone?: ToastTone, href?: string) => void;
  /** Announces something to screen readers alone. */
  readonly announce: (message: string) => void;
  readonly changeUser: (user: string) => void;
  readonly signOut: () => void;
}

const SessionContext = createContext<Session | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session.');
  return session;
}
