import { useCallback, useEffect } from 'react';
import { toProblem } from '../api/problem';
import type { Limit, Readiness } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { codeLabel, duration, timeOfDay } from '../lib/format';
import { useLoad } from '../lib/useLoad';

const names: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', blobs: 'Blob Storage', engine: 'Durable engine' };

/** The health of the service, and what is left of the caller's limits. */
export function SystemView() {
  const { client, me, reloadMe } = useSession();
  const { data, problem, isLoading, reload } = useLoad(
    useCallback(
      async signal => {
        const response = await client.open('/api/health/ready', { signal });
        const body: unknown = await response.json().catch(() => null);
        // 503 with the checks is a valid response too: it shows which one is away.
        if (response.ok || (response.status === 503 && typeof body === 'object' && body !== null && 'checks' in body)) return body as Readiness;
        throw toProblem(response.status, body, null);
      },
      [client],
    ),
  );
  useEffect(reloadMe, [reloadMe]);
  const limits = [
    { name: 'Requests a minute', limit: me.limits.requestsPerMinute },
    { name: 'Campaigns at once', limit: me.limits.running },
    { name: 'Campaigns a day', limit: me.limits.campaignsPerDay },
  ];
  return (
    <div className="page page-narrow">
      <header className="page-head">
        <h1>System</h1>
        <Button
          icon="retry"
          isBusy={isLoading && data !== null}
          onClick={() => {
            reload();
            reloadMe();
          }}
        >
          Look again
        </Button>
      </header>

      <section className="panel" aria-labelledby="health-title">
        <h2 id="health-title" className="section-title">
          Health
        </h2>
        {problem && <ProblemNote problem={problem} onRetry={reload} />}
        {!data && !problem && <Spinner label="Asking each component" />}
        {data && (
          <ul className="checks-list">
            {data.checks.map(check => {
              const isOk = check.status === 'ok';
              return (
                <li key={check.name} className={isOk ? 'health health-ok' : 'health health-failed'}>
                  <Icon name={isOk ? 'check' : 'warning'} />
                  <span className="health-name">{names[check.name] ?? check.name.replace(/^provider:/, 'Provider ')}</span>
                  <span className="health-state">{isOk ? 'OK' : codeLabel(check.error ?? 'failed')}</span>
                  <span className="health-time">{duration(check.latencyMs)}</span>
                </li>
              );
            })}
          </ul>
        )}
      </section>

      <section className="panel" aria-labelledby="limits-title">
        <h2 id="limits-title" className="section-title">
          What you have left
        </h2>
        <dl className="limits">
          {limits.map(({ name, limit }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{limit ? <LimitMeter name={name} limit={limit} /> : 'No limit'}</dd>
            </div>
          ))}
        </dl>
      </section>

      <section className="panel" aria-labelledby="more-title">
        <h2 id="more-title" className="section-title">
          For programs
        </h2>
        <ul className="links">
          <li>
            <a href="/api/docs">
              <Icon name="book" />
              The REST API as a page
            </a>
          </li>
          <li>
            <a href="/api/openapi.json">
              <Icon name="copy" />
              Its OpenAPI document
            </a>
          </li>
        </ul>
      </section>
    </div>
  );
}

function LimitMeter({ name, limit }: { readonly name: string; readonly limit: Limit }) {
  return (
    <>
      <meter aria-label={`${name}: left`} min={0} max={limit.limit} low={limit.limit * 0.1} value={limit.remaining} />
      <span>
        {limit.remaining.toLocaleString('en')} of {limit.limit.toLocaleString('en')}
        {limit.resetsAt && ` · all again at ${timeOfDay(limit.resetsAt)}`}
      </span>
    </>
  );
}
