import { type ReactNode, useEffect, useRef } from 'react';
import { Icon, type IconName } from '../components/Icon';
import { unreadCount } from '../state/inbox';
import { CampaignView } from '../views/CampaignView';
import { DeadLettersView } from '../views/DeadLettersView';
import { HomeView } from '../views/HomeView';
import { InboxView } from '../views/InboxView';
import { NotFoundView } from '../views/NotFoundView';
import { ReportsView } from '../views/ReportsView';
import { SystemView } from '../views/SystemView';
import { WebhooksView } from '../views/WebhooksView';
import { AccountMenu } from './AccountMenu';
import { LiveIndicator } from './LiveIndicator';
import { parseRoute, type Route, useHash } from './routes';
import { useSession } from './session';

const titles: Readonly<Record<Route['name'], string>> = {
  home: 'Campaigns',
  campaign: 'Campaign',
  inbox: 'Inbox',
  webhooks: 'Webhooks',
  'dead-letters': 'Dead letters',
  reports: 'Reports',
  system: 'System',
  unknown: 'Not found',
};

/** The frame around every view: navigation, connection, account. */
export function Shell() {
  const { me, inbox, live } = useSession();
  const hash = useHash();
  const route = parseRoute(hash);
  const main = useRef<HTMLElement>(null);
  const last = useRef(hash);
  const unread = unreadCount(inbox);

  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${titles[route.name]} · Atelier`;
  }, [route.name, unread]);

  useEffect(() => {
    if (last.current === hash) return;
    last.current = hash;
    // Another view is another page: it begins at its top, and a screen reader at its heading.
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [hash]);

  return (
    <div className="shell">
      {/* A button, since the location's hash names the view. */}
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="topbar">
        <a className="brand" href="#/" aria-label="Atelier, campaigns">
          <span className="brand-mark">
            <Icon name="logo" />
          </span>
          <span className="brand-name">Atelier</span>
        </a>
        <nav className="nav" aria-label="Views">
          <NavLink href="#/" icon="grid" isCurrent={route.name === 'home' || route.name === 'campaign'}>
            Campaigns
          </NavLink>
          <NavLink href="#/inbox" icon="bell" isCurrent={route.name === 'inbox'} count={unread}>
            Inbox
          </NavLink>
          <NavLink href="#/webhooks" icon="hook" isCurrent={route.name === 'webhooks'}>
            Webhooks
          </NavLink>
          {me.operator && (
            <NavLink href="#/dead-letters" icon="letter" isCurrent={route.name === 'dead-letters'}>
              Dead letters
            </NavLink>
          )}
          {me.operator && (
            <NavLink href="#/reports" icon="flag" isCurrent={route.name === 'reports'}>
              Reports
            </NavLink>
          )}
          <NavLink href="#/system" icon="pulse" isCurrent={route.name === 'system'}>
            System
          </NavLink>
        </nav>
        <div className="topbar-end">
          <LiveIndicator />
          <AccountMenu />
        </div>
      </header>
      {live.state === 'offline' && (
        <p className="away" role="alert">
          <Icon name="warning" />
          Atelier cannot be reached. What you see may be out of date; the page continues by itself as soon as it can.
        </p>
      )}
      <main ref={main} tabIndex={-1} className="main">
        <CurrentView route={route} />
      </main>
    </div>
  );
}

function CurrentView({ route }: { readonly route: Route }) {
  switch (route.name) {
    case 'home':
      return <HomeView />;
    case 'campaign':
      return <CampaignView key={route.id} id={route.id} />;
    case 'inbox':
      return <InboxView />;
    case 'webhooks':
      return <WebhooksView />;
    case 'dead-letters':
      return <DeadLettersView />;
    case 'reports':
      return <ReportsView />;
    case 'system':
      return <SystemView />;
    case 'unknown':
      return <NotFoundView />;
  }
}

interface NavLinkProps {
  readonly href: string;
  readonly icon: IconName;
  readonly isCurrent: boolean;
  readonly count?: number;
  readonly children: ReactNode;
}

function NavLink({ href, icon, isCurrent, count = 0, children }: NavLinkProps) {
  return (
    <a className="nav-link" href={href} aria-current={isCurrent ? 'page' : undefined}>
      <Icon name={icon} />
      <span className="nav-text">{children}</span>
      {count > 0 && (
        <span className="nav-count">
          {count > 99 ? '99+' : count}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </a>
  );
}
