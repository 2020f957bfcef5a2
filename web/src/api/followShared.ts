import { follow, type FollowOptions, type LiveState } from './follow';
import type { CampaignEvent } from './types';

export interface FollowSharedOptions extends FollowOptions {
  /** The same in all tabs that show the same events. */
  readonly name: string;
}

type Message =
  | { readonly type: 'hello' }
  | { readonly type: 'doubt' }
  | { readonly type: 'event'; readonly event: CampaignEvent; readonly position: string }
  | { readonly type: 'state'; readonly state: LiveState; readonly isFresh: boolean; readonly position: string };

/**
 * Like {@link follow}, over one stream for all tabs of a browser: a browser opens six connections to a service, and a stream keeps one. The tab that holds
 * the lock has the stream and passes on what comes. When it closes, the next one resumes after the last event. Without locks (in an insecure context)
 * each tab has a stream.
 */
export async function followShared(options: FollowSharedOptions): Promise<string> {
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return follow(options);
  const channel = new BroadcastChannel(options.name);
  const send = (message: Message) => channel.postMessage(message);
  let position = options.after ?? '';
  let state: LiveState = 'connecting';
  let hasBegun = position !== '';
  let isLeading = false;

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'hello') {
      if (isLeading) send({ type: 'state', state, isFresh: false, position });
    } else if (data.type === 'doubt') {
      if (isLeading) options.doubt?.dispatchEvent(new Event('doubt'));
    } else if (data.type === 'event') {
      position = data.position;
      options.onEvent(data.event, position);
    } else {
      // What this tab has missed is fetched, as at the beginning of a stream.
      const isFresh = data.state === 'live' && (data.isFresh || !hasBegun || data.position !== position);
      if (data.state === 'live') {
        hasBegun = true;
        position = data.position;
      }
      if (isFresh || data.state !== state) options.onState(data.state, isFresh);
      state = data.state;
    }
  };

  async function lead(): Promise<void> {
    isLeading = true;
    await follow({
      ...options,
      after: position,
      onEvent: (event, after) => {
        position = after;
        options.onEvent(event, after);
        send({ type: 'event', event, position });
      },
      onState: (next, isFresh) => {
        state = next;
        options.onState(next, isFresh);
        // Another tab may be signed in still: it finds out by itself.
        if (next !== 'denied') send({ type: 'state', state, isFresh, position });
      },
    });
    isLeading = false;
  }

  options.doubt?.addEventListener('doubt', () => isLeading || send({ type: 'doubt' }), { signal: options.signal });
  options.onState('connecting', false);
  send({ type: 'hello' });
  try {
    await navigator.locks.request(options.name, { signal: options.signal }, lead);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    channel.close();
  }
  return position;
}
