import { useCallback, useEffect, useRef, useState } from 'react';
import type { ApiResponse } from '../api/client';
import { asProblem, describe, Problem } from '../api/problem';
import { type Campaign, hasEnded } from '../api/types';
import { go } from '../app/routes';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/Dialog';
import { EmptyState } from '../components/EmptyState';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { StatusBadge } from '../components/StatusBadge';
import { downloadFile } from '../lib/download';
import { dateTime, duration, partLabel, plural } from '../lib/format';
import { useNow } from '../lib/useNow';
import { wait } from '../lib/wait';
import { draftPrompt } from '../state/draft';
import { changeSentence, elapsed, isRefused, progressOf } from '../state/progress';
import { Attempts } from './Attempts';
import { CampaignFacts } from './CampaignFacts';
import { CampaignTitle } from './CampaignTitle';
import { FavoriteButton } from './FavoriteButton';
import { ImageGrid } from './ImageGrid';
import { useVersions } from './PartVersions';
import { ShareDialog } from './ShareDialog';
import { TagEditor } from './TagList';
import { TextCard } from './TextCard';

const longWait = 25;
const longWaitTimeout = (longWait + 20) * 1000;

/** One campaign: the state of each part, and its text and images. */
export function CampaignView({ id }: { readonly id: string }) {
  const { client, store, live, announce } = useSession();
  const [campaign, setCampaign] = useState<Campaign | null>(() => store.get(id));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isGone, setGone] = useState(false);
  const before = useRef(campaign);

  useEffect(
    () =>
      store.subscribe(change => {
        if (change.type === 'removed' && change.id === id) setGone(true);
        else if (change.type === 'changed' && change.campaign.id === id) {
          const sentence = changeSentence(before.current, change.campaign);
          before.current = change.campaign;
          setCampaign(change.campaign);
          if (sentence) announce(sentence);
        }
      }),
    [store, id, announce],
  );

  const load = useCallback(() => {
    setProblem(null);
    store.refresh(id).catch(error => {
      const found = asProblem(error);
      if (found.status === 404) setGone(true);
      else setProblem(found);
    });
  }, [store, id]);
  // Also when a new stream begins: it does not contain earlier changes.
  useEffect(load, [load, live.epoch]);

  const isRunning = campaign !== null && !hasEnded(campaign.status);
  const isMissing = campaign === null;
  const needsPolling = live.state === 'polling' && (isMissing || isRunning || campaign.regenerating) && !isGone;
  useEffect(() => {
    if (!needsPolling) return;
    const leaving = new AbortController();
    void poll();
    return () => leaving.abort();

    // Repeats a request whose response comes at the next change.
    async function poll() {
      let etag: string | null = null;
      while (!leaving.signal.aborted) {
        try {
          const response: ApiResponse<Campaign> = await client.request<Campaign>(`/api/campaigns/${encodeURIComponent(id)}?wait=${longWait}`, {
            headers: etag ? { 'If-None-Match': etag } : { 'If-None-Match': 'W/"-1"' },
            signal: leaving.signal,
            timeout: longWaitTimeout,
          });
          etag = response.etag;
          setProblem(null);
          if (response.status === 200) store.put(response.data);
        } catch (error) {
          if (leaving.signal.aborted) return;
          const found = asProblem(error);
          if (found.status === 404) setGone(true);
          else setProblem(found);
          await wait((found.retryAfter ?? 5) * 1000, leaving.signal);
        }
      }
    }
  }, [needsPolling, client, store, id]);

  useEffect(() => {
    if (isGone) announce('The campaign is not there.');
  }, [isGone, announce]);

  if (isGone) {
    return (
      <div className="page">
        <h1 className="visually-hidden">Campaign not found</h1>
        <EmptyState icon="search" title="This campaign is not here">
          <p>It was deleted, or it belongs to somebody else.</p>
          <a className="button button-primary" href="#/">
            To your campaigns
          </a>
        </EmptyState>
      </div>
    );
  }
  if (!campaign) {
    return (
      <div className="page">
        <h1 className="visually-hidden">Campaign</h1>
        {problem ? <ProblemNote problem={problem} onRetry={load} /> : <Spinner label="Fetching the campaign" />}
      </div>
    );
  }
  return (
    <article className="page campaign">
      {problem && <ProblemNote problem={problem} onRetry={load} />}
      <CampaignHead campaign={campaign} />
      {campaign.error && (
        <div className="note note-danger">
          <div>
            <p>
              <strong>
                {campaign.status === 'CANCELED' ? 'An operator ended the campaign.' : `${partLabel(campaign.error.part)} could not be made.`}
              </strong>{' '}
              {campaign.error.message}
            </p>
            <p className="note-small">
              What succeeded is kept.
              {campaign.status === 'FAILED' &&
                (isRefused(campaign)
                  ? ' The provider refuses this prompt: it will refuse it again. Make the part again from another one, or change the prompt of all.'
                  : ' “Retry what failed” makes only the rest.')}
            </p>
          </div>
        </div>
      )}
      <div className={campaign.text && campaign.images.length > 0 ? 'campaign-body' : 'campaign-body campaign-body-single'}>
        <CampaignParts campaign={campaign} isRunning={isRunning} />
      </div>
      {campaign.failedAttempts.length > 0 && <Attempts attempts={campaign.failedAttempts} />}
      <CampaignFacts campaign={campaign} />
    </article>
  );
}

function CampaignParts({ campaign, isRunning }: { readonly campaign: Campaign; readonly isRunning: boolean }) {
  const versions = useVersions(campaign);
  return (
    <>
      {campaign.images.length > 0 && <ImageGrid campaign={campaign} versions={versions} />}
      {campaign.text && <TextCard campaign={campaign} text={campaign.text} isRunning={isRunning} versions={versions} />}
    </>
  );
}

function CampaignHead({ campaign }: { readonly campaign: Campaign }) {
  const { client, store, toast, announce } = useSession();
  const [busy, setBusy] = useState<'cancel' | 'retry' | 'delete' | 'download' | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [isSharing, setSharing] = useState(false);
  const isRunning = !hasEnded(campaign.status);
  const now = useNow(useCallback(() => client.now(), [client]), 1_000, isRunning);
  const progress = progressOf(campaign);
  const path = `/api/campaigns/${campaign.id}`;
  const hasParts = campaign.text?.status === 'COMPLETE' || campaign.images.some(image => image.status === 'COMPLETE');

  async function act(action: 'cancel' | 'retry', done: string) {
    setBusy(action);
    try {
      store.put(await client.post<Campaign>(`${path}/${action}`));
      announce(done);
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
      store.refresh(campaign.id).catch(() => {});
    } finally {
      setBusy(null);
    }
  }

  async function download() {
    setBusy('download');
    try {
      await downloadFile(client, `${path}/archive`, `campaign-${campaign.id.slice(-8)}.zip`);
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
    }
  }

  async function remove() {
    setBusy('delete');
    try {
      await client.delete(path);
      toast('The campaign was deleted.');
      go('#/');
      store.remove(campaign.id);
    } catch (error) {
      setAsking(false);
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
    }
  }

  return (
    <header className="campaign-head">
      <a className="back" href="#/">
        ← Campaigns
      </a>
      <CampaignTitle campaign={campaign} />
      <TagEditor campaign={campaign} />
      <div className="campaign-bar">
        <p className="campaign-meta">
          <StatusBadge status={campaign.status} />
          <span>
            <time dateTime={campaign.createdAt}>{dateTime(campaign.createdAt)}</time>
          </span>
          <span>{isRunning ? `for ${duration(Math.floor(elapsed(campaign, now) / 1000) * 1000)}` : `took ${duration(elapsed(campaign, now))}`}</span>
          {progress.retries > 0 && <span>{plural(progress.retries, 'retry', 'retries')}</span>}
        </p>
        <div className="campaign-actions">
          <FavoriteButton campaign={campaign} />
          {isRunning && (
            <Button icon="stop" isBusy={busy === 'cancel'} onClick={() => void act('cancel', 'The campaign is being canceled.')}>
              Cancel
            </Button>
          )}
          {campaign.status === 'FAILED' && isRefused(campaign) && (
            <Button
              variant="primary"
              onClick={() => {
                draftPrompt(campaign.prompt);
                go('#/');
              }}
            >
              Change the prompt
            </Button>
          )}
          {campaign.status === 'FAILED' && !isRefused(campaign) && (
            <Button variant="primary" icon="retry" isBusy={busy === 'retry'} onClick={() => void act('retry', 'What failed is made again.')}>
              Retry what failed
            </Button>
          )}
          {hasParts && (
            <Button icon="download" isBusy={busy === 'download'} onClick={() => void download()}>
              Download all
            </Button>
          )}
          {hasParts && (
            <Button icon="share" onClick={() => setSharing(true)}>
              Share
            </Button>
          )}
          {!isRunning && (
            <Button icon="trash" onClick={() => setAsking(true)}>
              Delete
            </Button>
          )}
        </div>
      </div>
      {isRunning && (
        <div className="campaign-progress">
          <progress max={progress.total} value={progress.complete + progress.failed} aria-label="Parts that are done" />
          <p>
            {progress.complete} of {plural(progress.total, 'part')} done
            {progress.retrying > 0 && ` · ${progress.retrying} retrying`}
          </p>
        </div>
      )}
      {isSharing && <ShareDialog campaign={campaign} onClose={() => setSharing(false)} />}
      {isAsking && (
        <ConfirmDialog title="Delete this campaign?" confirm="Delete" isBusy={busy === 'delete'} onConfirm={() => void remove()} onClose={() => setAsking(false)}>
          <p>Its text, its images and its history go with it. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </header>
  );
}
