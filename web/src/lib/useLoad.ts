import { useCallback, useEffect, useState } from 'react';
import { asProblem, type Problem } from '../api/problem';
import { useSession } from '../app/session';

export interface Loaded<T> {
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Fetches when the fetcher changes, when the service is back, and whenever it is asked to; what was there stays on screen meanwhile. */
export function useLoad<T>(fetcher: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const { epoch } = useSession().live;
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setLoading(true);
    fetcher(leaving.signal).then(
      found => {
        if (leaving.signal.aborted) return;
        setData(found);
        setProblem(null);
        setLoading(false);
      },
      error => {
        if (leaving.signal.aborted) return;
        setProblem(asProblem(error));
        setLoading(false);
      },
    );
    return () => leaving.abort();
  }, [fetcher, round, epoch]);
  return { data, problem, isLoading, reload: useCallback(() => setRound(count => count + 1), []) };
}
