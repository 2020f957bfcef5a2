import { useEffect, useMemo, useState } from 'react';
import { ApiClient } from '../api/client';
import { asProblem, describe, mapFieldErrors, type Problem } from '../api/problem';
import type { SharedCampaign } from '../api/types';
import { Button } from '../components/Button';
import { sizedUrl } from '../components/CampaignImage';
import { Dialog } from '../components/Dialog';
import { EmptyState } from '../components/EmptyState';
import { Field } from '../components/Field';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { dateTime, excerpt } from '../lib/format';

/** The token of a share that a location's path names; null for every other page. */
export function sharedToken(path: string): string | null {
  return /^\/s\/([^/]+)\/?$/.exec(path)?.[1] ?? null;
}

/** A shared campaign, for anyone who has the link: a page of its own, without an account. */
export function SharedView({ token, client: given }: { readonly token: string; readonly client?: ApiClient }) {
  const client = useMemo(() => given ?? new ApiClient({}), [given]);
  const [campaign, setCampaign] = useState<SharedCampaign | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const [isReporting, setReporting] = useState(false);
  const path = `/api/shared/${token}`;

  useEffect(() => {
    const leaving = new AbortController();
    client.get<SharedCampaign>(path, leaving.signal).then(
      found => {
        setCampaign(found);
        setProblem(null);
        document.title = `${excerpt(found.prompt, 60)} · Atelier`;
      },
      error => leaving.signal.aborted || setProblem(asProblem(error)),
    );
    return () => leaving.abort();
  }, [client, path, round]);

  if (problem?.status === 404) {
    return (
      <main className="main shared">
        <h1 className="visually-hidden">Nothing here</h1>
        <EmptyState icon="search" title="This link shows nothing">
          <p>It has expired or was revoked, or it is not complete. Ask who sent it for a new one.</p>
        </EmptyState>
      </main>
    );
  }
  if (!campaign) {
    return (
      <main className="main shared" aria-busy={!problem}>
        <h1 className="visually-hidden">Shared campaign</h1>
        {problem ? <ProblemNote problem={problem} onRetry={() => setRound(count => count + 1)} /> : <Spinner label="Opening the campaign" />}
      </main>
    );
  }
  return (
    <main className="main shared">
      <article className="page campaign">
        <header className="campaign-head">
          <h1 className={`prompt${campaign.prompt.length > 240 ? ' prompt-long' : campaign.prompt.length > 70 ? ' prompt-medium' : ''}`}>{campaign.prompt}</h1>
          <p className="campaign-meta">
            <span>
              Made with Atelier, <time dateTime={campaign.createdAt}>{dateTime(campaign.createdAt)}</time>
            </span>
          </p>
        </header>
        <div className={campaign.text && campaign.images.length > 0 ? 'campaign-body' : 'campaign-body campaign-body-single'}>
          {campaign.images.length > 0 && (
            <section className="images" aria-labelledby="images-title">
              <h2 id="images-title" className="section-title">
                Images
              </h2>
              <ul className={`image-grid image-grid-${campaign.images.length === 4 ? 2 : Math.min(campaign.images.length, 3)}`}>
                {campaign.images.map(image => (
                  <li key={image.index}>
                    <a className="frame frame-complete" href={image.url} target="_blank" rel="noreferrer">
                      <img
                        src={sizedUrl(image.url, 640, window.devicePixelRatio)}
                        alt={`Image ${image.index + 1} of “${excerpt(campaign.prompt, 80)}”`}
                        decoding="async"
                        // Of some images no copy can be made.
                        onError={({ currentTarget: element }) => {
                          if (element.getAttribute('src') !== image.url) element.src = image.url;
                        }}
                      />
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {campaign.text && (
            <section className="text-card" aria-labelledby="text-title">
              <header>
                <h2 id="text-title" className="section-title">
                  Text
                </h2>
              </header>
              <div className="text-content">
                {campaign.text.split(/\n{2,}/).map((paragraph, i) => (
                  <p key={i}>{paragraph}</p>
                ))}
              </div>
            </section>
          )}
        </div>
        {campaign.text === null && campaign.images.length === 0 && <p>Nothing of it is complete yet.</p>}
        <footer className="shared-foot">
          <p className="row-meta">This link works until {dateTime(campaign.expiresAt)}.</p>
          <Button variant="quiet" onClick={() => setReporting(true)}>
            Report this
          </Button>
        </footer>
      </article>
      {isReporting && <ReportDialog client={client} path={`${path}/report`} onClose={() => setReporting(false)} />}
    </main>
  );
}

function ReportDialog({ client, path, onClose }: { readonly client: ApiClient; readonly path: string; readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [isSent, setSent] = useState(false);

  async function submit() {
    if (isBusy) return;
    if (reason.trim() === '') {
      setError('Say what is wrong with it.');
      return;
    }
    setBusy(true);
    try {
      await client.post(path, { reason });
      setSent(true);
    } catch (caught) {
      const problem = asProblem(caught);
      setError(mapFieldErrors(problem, { reason: 'The reason' }).fields['reason'] ?? describe(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title="Report this campaign" onClose={onClose}>
      {isSent ? (
        <>
          <p role="status">Thank you. The operators see your report.</p>
          <div className="dialog-actions">
            <Button variant="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        </>
      ) : (
        <form
          className="dialog-text"
          noValidate
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Field label="What is wrong with it?" hint="The operators of this service read it. They do not see who you are." error={error}>
            {attributes => <textarea {...attributes} rows={4} maxLength={1000} value={reason} onChange={event => setReason(event.target.value)} />}
          </Field>
          <div className="dialog-actions">
            <Button onClick={onClose}>Do not send</Button>
            <Button type="submit" variant="primary" isBusy={isBusy}>
              Send the report
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
