import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { asProblem, type Problem } from '../api/problem';
import type { CampaignPage } from '../api/types';
import { go, parseRoute, useHash } from '../app/routes';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ProblemNote } from '../components/ProblemNote';
import { useNow } from '../lib/useNow';
import { emptyList, type ListFilter, listQuery, noFilter, reduceList } from '../state/list';
import { spanOf } from '../state/period';
import { toggle } from '../state/selection';
import type { CampaignChange } from '../state/store';
import { CampaignCard } from './CampaignCard';
import { type Choice, GalleryFilters, noChoice } from './GalleryFilters';
import { SelectionBar } from './SelectionBar';

const pageSize = 24;
const pollPause = 6_000;
const typingPause = 300;

/** The caller's campaigns, newest first, as they are now. */
export function Gallery() {
  const { client, store, live, announce } = useSession();
  const [choice, setChoice] = useState<Choice>(noChoice);
  const [words, setWords] = useState('');
  const [selected, setSelected] = useState<readonly string[] | null>(null);
  const tag = useTag();
  const [list, dispatch] = useReducer(reduceList, emptyList);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const { status, typed, isFavorite, period, first, last } = choice;
  const filter = useMemo<ListFilter>(
    () => ({ status, words, isFavorite, tag, ...spanOf(period, first, last, client.now()) }),
    [status, words, isFavorite, tag, period, first, last, client],
  );
  const newest = useRef(filter);
  newest.current = filter;
  const now = useNow(useCallback(() => client.now(), [client]), 10_000);

  useEffect(() => {
    const timer = setTimeout(() => setWords(typed.trim()), typingPause);
    return () => clearTimeout(timer);
  }, [typed]);

  const fetchPage = useCallback(
    (cursor: string | null, signal?: AbortSignal) => client.get<CampaignPage>(`/api/campaigns?${listQuery(filter, cursor, pageSize)}`, signal),
    [client, filter],
  );

  const apply = useCallback((change: CampaignChange) => {
    if (change.type === 'removed') {
      dispatch({ type: 'removed', id: change.id });
      setSelected(known => known && known.filter(id => id !== change.id));
    } else dispatch({ type: 'changed', campaign: change.campaign, filter: newest.current });
  }, []);

  const load = useCallback(
    async (type: 'loaded' | 'refreshed' | 'more', cursor: string | null, signal?: AbortSignal) => {
      // A page may be from before a change that is already known.
      const meanwhile: CampaignChange[] = [];
      const stop = store.subscribe(change => meanwhile.push(change));
      try {
        const page = await fetchPage(cursor, signal);
        stop();
        if (signal?.aborted || filter !== newest.current) return;
        dispatch({ type, page: store.putPage(page) });
        meanwhile.forEach(apply);
        setProblem(null);
        if (type === 'more') announce(`${page.items.length} more campaigns.`);
      } catch (error) {
        if (!signal?.aborted) setProblem(asProblem(error));
      } finally {
        stop();
      }
    },
    [fetchPage, filter, store, apply, announce],
  );

  const [tries, setTries] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    dispatch({ type: 'reset' });
    void load('loaded', null, leaving.signal);
    return () => leaving.abort();
  }, [load, tries]);

  // A new stream does not contain earlier changes; without a stream the page polls. Not one effect: a change of the state must not end a refresh.
  const epoch = useRef(live.epoch);
  useEffect(() => {
    if (epoch.current === live.epoch) return;
    epoch.current = live.epoch;
    const leaving = new AbortController();
    void load('refreshed', null, leaving.signal);
    return () => leaving.abort();
  }, [live.epoch, load]);
  useEffect(() => {
    if (live.state !== 'polling') return;
    const leaving = new AbortController();
    const timer = setInterval(() => void load('refreshed', null, leaving.signal), pollPause);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [live.state, load]);

  useEffect(() => store.subscribe(apply), [store, apply]);

  const select = useCallback((id: string) => setSelected(known => known && toggle(known, id)), []);

  async function loadMore() {
    setLoadingMore(true);
    await load('more', list.nextCursor);
    setLoadingMore(false);
  }

  const isFiltered = listQuery(filter, null, pageSize) !== listQuery(noFilter, null, pageSize);
  return (
    <section className="gallery" aria-labelledby="gallery-title">
      <header className="gallery-head">
        <h2 id="gallery-title">Your campaigns</h2>
        <Button aria-pressed={selected !== null} onClick={() => setSelected(known => (known === null ? [] : null))}>
          Select
        </Button>
        <GalleryFilters choice={choice} onChange={setChoice} tag={tag} />
      </header>
      {problem && <ProblemNote problem={problem} onRetry={() => setTries(count => count + 1)} />}
      {!list.isLoaded && !problem && <Skeletons />}
      {list.isLoaded && list.items.length === 0 && (
        <EmptyState icon={isFiltered ? 'search' : 'image'} title={isFiltered ? 'Nothing matches' : 'An empty wall'}>
          <p>{isFiltered ? 'No campaign is like that.' : 'Your campaigns will be shown here. Describe the first one above.'}</p>
          {isFiltered && (
            <Button
              onClick={() => {
                setChoice(noChoice);
                setWords('');
                if (tag !== null) go('#/');
              }}
            >
              Show all campaigns
            </Button>
          )}
        </EmptyState>
      )}
      {list.items.length > 0 && (
        <ul className="cards">
          {list.items.map(campaign => (
            <li key={campaign.id}>
              <CampaignCard campaign={campaign} now={now} isSelected={selected && selected.includes(campaign.id)} onSelect={select} />
            </li>
          ))}
        </ul>
      )}
      {selected !== null && (
        <SelectionBar selected={selected.filter(id => list.items.some(campaign => campaign.id === id))} onSelect={setSelected} ids={list.items.map(campaign => campaign.id)} onClose={() => setSelected(null)} />
      )}
      {list.nextCursor !== null && (
        <div className="gallery-more">
          <Button isBusy={isLoadingMore} onClick={() => void loadMore()}>
            Load more
          </Button>
        </div>
      )}
    </section>
  );
}

/** The tag in the address. A link to one leads to the campaigns, which are below the form. */
function useTag(): string | null {
  const route = parseRoute(useHash());
  const tag = route.name === 'home' ? route.tag : null;
  useEffect(() => {
    if (tag === null) return;
    const frame = requestAnimationFrame(() => document.getElementById('gallery-title')?.scrollIntoView());
    return () => cancelAnimationFrame(frame);
  }, [tag]);
  return tag;
}

function Skeletons() {
  return (
    <div role="status">
      <span className="visually-hidden">The campaigns are being fetched.</span>
      <div className="cards" aria-hidden="true">
        {[0, 1, 2].map(i => (
          <div className="card card-skeleton" key={i}>
            <div className="mosaic" />
            <div className="card-body">
              <span />
              <span />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
