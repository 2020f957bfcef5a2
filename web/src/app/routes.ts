import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly name: 'home'; readonly tag: string | null }
  | { readonly name: 'campaign'; readonly id: string }
  | { readonly name: 'inbox' }
  | { readonly name: 'webhooks' }
  | { readonly name: 'dead-letters' }
  | { readonly name: 'reports' }
  | { readonly name: 'system' }
  | { readonly name: 'unknown' };

/** The view that a location's hash names. */
export function parseRoute(hash: string): Route {
  const [address = '', query = ''] = hash.replace(/^#/, '').split('?');
  const path = address.replace(/\/+$/, '') || '/';
  const campaign = /^\/campaigns\/([^/?]+)$/.exec(path);
  if (campaign) {
    try {
      return { name: 'campaign', id: decodeURIComponent(campaign[1]!) };
    } catch {
      return { name: 'unknown' };
    }
  }
  switch (path) {
    case '/':
    case '/campaigns':
      return { name: 'home', tag: new URLSearchParams(query).get('tag') || null };
    case '/inbox':
    case '/webhooks':
    case '/dead-letters':
    case '/reports':
    case '/system':
      return { name: path.slice(1) as 'inbox' | 'webhooks' | 'dead-letters' | 'reports' | 'system' };
    default:
      return { name: 'unknown' };
  }
}

export function campaignHash(id: string): string {
  return `#/campaigns/${encodeURIComponent(id)}`;
}

/** The address of the campaigns with a tag. */
export function tagHash(tag: string): string {
  return `#/?${new URLSearchParams({ tag }).toString()}`;
}

export function go(hash: string): void {
  window.location.hash = hash;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}
