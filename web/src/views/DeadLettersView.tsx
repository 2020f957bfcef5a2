import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { asProblem, describe, type Problem } from '../api/problem';
import type { DeadLetter, DeadLetterPage } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/Dialog';
import { EmptyState } from '../components/EmptyState';
import { Field } from '../components/Field';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { codeLabel, dateTime, plural } from '../lib/format';

interface Filter {
  readonly kind: string;
  readonly errorCode: string;
  readonly from: string;
  readonly until: string;
}

const noFilter: Filter = { kind: '', errorCode: '', from: '', until: '' };

/** The filter as the API takes it: what is empty is left out; the reader's own times become UTC. */
export function filterFields(filter: Filter): Record<string, string> {
  const time = (local: string) => (local === '' || Number.isNaN(Date.parse(local)) ? '' : new Date(local).toISOString());
  const fields = { kind: filter.kind, errorCode: filter.errorCode.trim(), from: time(filter.from), until: time(filter.until) };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** Campaigns and deliveries that used up their attempts, for operators: to redrive or to drop. */
export function DeadLettersView() {
  const { client, me, toast } = useSession();
  const [filter, setFilter] = useState(noFilter);
  const [items, setItems] = useState<readonly DeadLetter[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<'replay' | 'drop' | 'more' | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [round, setRound] = useState(0);
  const fields = useMemo(() => filterFields(filter), [filter]);
  const newest = useRef(fields);
  newest.current = fields;

  const fetchPage = useCallback(
    (after: string | null) => client.get<DeadLetterPage>(`/api/dead-letters?${new URLSearchParams({ ...fields, limit: '50', ...(after && { cursor: after }) })}`),
    [client, fields],
  );

  useEffect(() => {
    if (!me.operator) return;
    let isWanted = true;
    // While a code is typed not every letter is a request.
    const timer = setTimeout(() => {
      fetchPage(null).then(
        page => {
          if (!isWanted) return;
          setItems(page.items);
          setCursor(page.nextCursor);
          setChosen(new Set());
          setProblem(null);
        },
        error => isWanted && setProblem(asProblem(error)),
      );
    }, 250);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [fetchPage, me.operator, round]);

  if (!me.operator) {
    return (
      <div className="page page-narrow">
        <h1 className="visually-hidden">Dead letters</h1>
        <EmptyState icon="letter" title="For operators">
          <p>Only operators, whom the configuration names, see all dead letters.</p>
        </EmptyState>
      </div>
    );
  }

  const selection = chosen.size > 0 ? { ids: [...chosen] } : { filter: fields };
  const what = chosen.size > 0 ? plural(chosen.size, 'dead letter') : Object.keys(fields).length > 0 ? 'all that match' : 'all';

  async function more() {
    const asked = fields;
    setBusy('more');
    try {
      const page = await fetchPage(cursor);
      if (asked !== newest.current) return;
      setItems(known => [...(known ?? []), ...page.items]);
      setCursor(page.nextCursor);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(null);
    }
  }

  async function act(action: 'replay' | 'drop') {
    setBusy(action);
    try {
      if (action === 'replay') {
        const { count } = await client.post<{ count: number }>('/api/dead-letters/replay', selection);
        toast(`${plural(count, 'dead letter')} will be tried again.`, 'success');
      } else {
        await client.delete('/api/dead-letters', selection);
        toast('They were dropped.');
      }
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
      setAsking(false);
      setRound(count => count + 1);
    }
  }

  const isAllChosen = items !== null && items.length > 0 && items.every(letter => chosen.has(letter.id));
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>Dead letters</h1>
          <p>Campaigns and webhook deliveries that used up their attempts. A redrive makes only what is missing.</p>
        </div>
      </header>
      <form className="panel filters" role="search" onSubmit={event => event.preventDefault()}>
        <Field label="Kind">
          {attributes => (
            <select {...attributes} value={filter.kind} onChange={event => setFilter({ ...filter, kind: event.target.value })}>
              <option value="">Both</option>
              <option value="campaign">Campaigns</option>
              <option value="webhook">Webhook deliveries</option>
            </select>
          )}
        </Field>
        <Field label="Error code">
          {attributes => (
            <input {...attributes} value={filter.errorCode} maxLength={64} placeholder="rate_limited" onChange={event => setFilter({ ...filter, errorCode: event.target.value })} />
          )}
        </Field>
        <Field label="From">
          {attributes => <input {...attributes} type="datetime-local" value={filter.from} onChange={event => setFilter({ ...filter, from: event.target.value })} />}
        </Field>
        <Field label="Until">
          {attributes => <input {...attributes} type="datetime-local" value={filter.until} onChange={event => setFilter({ ...filter, until: event.target.value })} />}
        </Field>
      </form>
      {problem && <ProblemNote problem={problem} onRetry={() => setRound(count => count + 1)} />}
      {!items && !problem && <Spinner label="Fetching the dead letters" />}
      {items?.length === 0 && (
        <EmptyState icon="letter" title="None">
          <p>{Object.keys(fields).length > 0 ? 'No dead letter matches.' : 'Everything that was accepted has been made, or is being made.'}</p>
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <>
          <div className="bulk" role="group" aria-label="What to do with them">
            <label className="check">
              <input
                type="checkbox"
                checked={isAllChosen}
                onChange={() => setChosen(isAllChosen ? new Set() : new Set(items.map(letter => letter.id)))}
              />
              <span>Choose all shown</span>
            </label>
            <Button variant="primary" icon="retry" isBusy={busy === 'replay'} onClick={() => void act('replay')}>
              {`Redrive ${what}`}
            </Button>
            <Button variant="quiet" icon="trash" onClick={() => setAsking(true)}>
              {`Drop ${what}`}
            </Button>
          </div>
          <ul className="rows" aria-label="Dead letters, newest first">
            {items.map(letter => (
              <li key={letter.id} className="row row-choice">
                <input
                  type="checkbox"
                  aria-label={`Choose ${codeLabel(letter.errorCode)} of ${letter.userId}, ${dateTime(letter.at)}`}
                  checked={chosen.has(letter.id)}
                  onChange={event => {
                    const next = new Set(chosen);
                    if (event.target.checked) next.add(letter.id);
                    else next.delete(letter.id);
                    setChosen(next);
                  }}
                />
                <div>
                  <p className="row-title">
                    <span className="tag">{letter.kind}</span> {codeLabel(letter.errorCode)}
                  </p>
                  <p>{letter.message}</p>
                  {letter.delivery && (
                    <p className="row-meta">
                      {letter.delivery.url} · {plural(letter.delivery.attempts, 'attempt')}
                      {letter.delivery.responseStatus !== null && ` · last response ${letter.delivery.responseStatus}`}
                    </p>
                  )}
                  <p className="row-meta">
                    {letter.userId} · <time dateTime={letter.at}>{dateTime(letter.at)}</time> · campaign <code>{letter.campaignId}</code>
                  </p>
                </div>
              </li>
            ))}
          </ul>
          {cursor !== null && (
            <div className="gallery-more">
              <Button isBusy={busy === 'more'} onClick={() => void more()}>
                Load more
              </Button>
            </div>
          )}
        </>
      )}
      {isAsking && (
        <ConfirmDialog title={`Drop ${what}?`} confirm="Drop" isBusy={busy === 'drop'} onConfirm={() => void act('drop')} onClose={() => setAsking(false)}>
          <p>Dropped deliveries are never made. Dropped campaigns stay failed; their owners may still retry them.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
