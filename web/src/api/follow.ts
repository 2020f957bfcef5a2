import { asProblem, type Problem, readRetryAfter, toProblem } from './problem';
import { wait } from '../lib/wait';
import { EventStreamParser, type StreamMessage } from './sse';
import type { CampaignEvent } from './types';

/**
 * How the page gets changes: `live` over a stream, `polling` where streams do not come through, `connecting` in between, `offline` where
 * the service does not respond, `denied` where the caller must sign in.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'offline' | 'denied';

export interface FollowOptions {
  /** Opens the stream; the headers resume it. */
  readonly open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  /** Called for each event, with the position after it. */
  readonly onEvent: (event: CampaignEvent, position: string) => void;
  /** Called with `isFresh` when a stream begins that does not resume an earlier one: earlier changes have to be fetched. */
  readonly onState: (state: LiveState, isFresh: boolean) => void;
  readonly signal: AbortSignal;
  /** Gets an event `doubt` when another request had no response: a stream that has begun is opened again, since nothing else shows that it is dead. */
  readonly doubt?: EventTarget;
  /** The event to resume after; none: only new events. */
  readonly after?: string;
  /** Milliseconds within which a stream must begin; after that it counts as buffered on its way. Default is 6 s. */
  readonly openTimeout?: number;
  /** Milliseconds without a byte after which a connection counts as dead: the heartbeat is 15 s. Default is 40 s. */
  readonly silenceTimeout?: number;
  /** Waits; ends early when the signal aborts. For tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

const leastPause = 1_000;
const longestPause = 30_000;
const pollingPause = 60_000;

/**
 * Keeps a stream of events open until the signal aborts: resumes after its last event, and reports its state.
 * @returns the position after the last event.
 */
export async function follow(options: FollowOptions): Promise<string> {
  const pause = options.pause ?? wait;
  const random = options.random ?? Math.random;
  let lastId = options.after ?? '';
  let failures = 0;
  let mute = 0;
  options.onState('connecting', false);
  while (!options.signal.aborted) {
    const round = await readOnce(options, lastId);
    lastId = round.lastId;
    if (options.signal.aborted) break;
    if (round.problem?.status === 401) {
      options.onState('denied', false);
      break;
    }
    // The position is from another database, after a restore: start without one.
    if (round.problem?.status === 400) lastId = '';
    failures = round.began ? 0 : failures + 1;
    mute = round.began ? 0 : round.isMute ? mute + 1 : mute;
    if (round.isDoubted) options.onState('offline', false);
    else if (round.isMute) options.onState('polling', false);
    else if (round.problem) options.onState(round.problem.status === 0 ? 'offline' : 'polling', false);
    else if (!round.began) options.onState('polling', false);
    const least = (round.problem?.retryAfter ?? 0) * 1000;
    const backoff = round.began ? round.retry : Math.min(longestPause, leastPause * 2 ** Math.min(failures, 10));
    // After a deployment all pages reconnect: not all in the same second.
    await pause(Math.max(least, round.isMute && mute > 1 ? pollingPause : backoff * (0.75 + random() / 2)), options.signal);
  }
  return lastId;
}

interface Round {
  readonly lastId: string;
  readonly began: boolean;
  readonly isMute: boolean;
  readonly isDoubted: boolean;
  readonly retry: number;
  readonly problem: Problem | null;
}

async function readOnce(options: FollowOptions, lastId: string): Promise<Round> {
  const parser = new EventStreamParser(lastId);
  const connection = new AbortController();
  const leave = () => connection.abort();
  options.signal.addEventListener('abort', leave, { once: true });
  let began = false;
  let isMute = false;
  let isDoubted = false;
  let problem: Problem | null = null;
  let watchdog = setTimeout(mute, options.openTimeout ?? 6_000);
  function mute(): void {
    isMute = !began;
    connection.abort();
  }
  function doubt(): void {
    isDoubted = began;
    if (began) connection.abort();
  }
  options.doubt?.addEventListener('doubt', doubt);
  try {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastId !== '') headers['Last-Event-ID'] = lastId;
    const response = await options.open(headers, connection.signal);
    if (!response.ok || !response.body || !(response.headers.get('Content-Type') ?? '').startsWith('text/event-stream')) {
      const body: unknown = await response.json().catch(() => null);
      throw toProblem(response.status, body, readRetryAfter(response.headers.get('Retry-After'), Date.now()));
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(watchdog);
      watchdog = setTimeout(mute, options.silenceTimeout ?? 40_000);
      const messages = parser.feed(value);
      if (!began) {
        began = true;
        options.onState('live', lastId === '');
      }
      for (const message of messages) dispatch(message, options.onEvent);
    }
  } catch (error) {
    if (!connection.signal.aborted) problem = asProblem(error);
  } finally {
    clearTimeout(watchdog);
    options.signal.removeEventListener('abort', leave);
    options.doubt?.removeEventListener('doubt', doubt);
    connection.abort();
  }
  return { lastId: parser.lastId, began, isMute, isDoubted, retry: parser.retry ?? 2_000, problem };
}

function dispatch({ data, id }: StreamMessage, onEvent: FollowOptions['onEvent']): void {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return; // A message of a kind that this page does not know.
  }
  if (typeof event === 'object' && event !== null && 'campaignId' in event) onEvent(event as CampaignEvent, id);
}
