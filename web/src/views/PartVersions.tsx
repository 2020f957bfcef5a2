import { type FormEvent, useCallback, useId, useRef, useState } from 'react';
import { asProblem, describe } from '../api/problem';
import { randomKey } from '../api/submission';
import { type Campaign, hasEnded, type PartVersion } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { countdownText, secondsUntil } from '../lib/countdown';
import { codeLabel } from '../lib/format';
import { useLoad } from '../lib/useLoad';
import { useNow } from '../lib/useNow';

/** The most characters of a prompt. */
const maxPrompt = 4000;

/** The versions of a campaign's parts; none while no part has been made again. */
export function useVersions(campaign: Campaign): readonly PartVersion[] {
  const { client } = useSession();
  const isNeeded = campaign.regenerating || (campaign.text?.versions ?? 1) > 1 || campaign.images.some(image => image.versions > 1);
  // With each change of the campaign.
  const change = isNeeded ? campaign.updatedAt : null;
  const load = useCallback(
    async (signal: AbortSignal) =>
      change === null ? [] : (await client.get<{ readonly items: readonly PartVersion[] }>(`/api/campaigns/${campaign.id}/versions`, signal)).items,
    [client, campaign.id, change],
  );
  return useLoad(load).data ?? [];
}

interface Props {
  readonly campaign: Campaign;
  readonly part: string;
  /** Its name to a person. */
  readonly name: string;
  /** All versions of all parts. */
  readonly versions: readonly PartVersion[];
}

/** The versions of a part that has ended: step through them, and make another one. */
export function PartVersions({ campaign, part, name, versions }: Props) {
  const { client, store, toast } = useSession();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const own = versions.filter(version => version.part === part);
  const open = own.find(version => version.endedAt === null);
  const last = own.at(-1);
  const made = own.filter(version => version.status === 'COMPLETE');
  const at = made.findIndex(version => version.current);
  const path = `/api/campaigns/${campaign.id}`;

  async function run(action: () => Promise<Campaign>) {
    setBusy(true);
    try {
      store.put(await action());
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
      store.refresh(campaign.id).catch(() => {});
    } finally {
      setBusy(false);
    }
  }

  const choose = (version: number) =>
    run(async () => (await client.request<Campaign>(`${path}/${pathOf(part)}/version`, { method: 'PUT', body: { version } })).data);

  if (!hasEnded(campaign.status) || campaign.status === 'CANCELED') return null;
  return (
    <div className="versions">
      {made.length > 1 && (
        <div className="versions-step" role="group" aria-label={`Versions of ${name}`}>
          <Button variant="quiet" icon="left" aria-label={`Earlier version of ${name}`} disabled={at <= 0 || isBusy} onClick={() => void choose(made[at - 1]!.version)} />
          <span aria-live="polite">
            Version {at + 1} of {made.length}
          </span>
          <Button variant="quiet" icon="right" aria-label={`Later version of ${name}`} disabled={at >= made.length - 1 || isBusy} onClick={() => void choose(made[at + 1]!.version)} />
        </div>
      )}
      {open ? (
        <OpenVersion version={open} name={name} onStop={() => void run(() => client.post<Campaign>(`${path}/cancel`))} isBusy={isBusy} />
      ) : (
        <Button variant="quiet" icon="retry" aria-label={`Make again: ${name}`} onClick={() => setAsking(true)}>
          Make again
        </Button>
      )}
      {!open && last && last.status === 'FAILED' && last.error && own.length > 1 && (
        <p className="versions-error" role="status">
          <strong>The last try failed: {codeLabel(last.error.code)}.</strong> {last.error.message}
        </p>
      )}
      {isAsking && <RegenerateDialog campaign={campaign} part={part} name={name} prompt={last?.prompt ?? campaign.prompt} onClose={() => setAsking(false)} />}
    </div>
  );
}

function OpenVersion({ version, name, isBusy, onStop }: { readonly version: PartVersion; readonly name: string; readonly isBusy: boolean; readonly onStop: () => void }) {
  const { client } = useSession();
  const isWaiting = version.nextAttemptAt !== null;
  const now = useNow(useCallback(() => client.now(), [client]), 250, isWaiting);
  return (
    <p className="versions-open">
      <span className="button-spinner" aria-hidden="true" />
      <span>{isWaiting ? countdownText(secondsUntil(version.nextAttemptAt, now)) : `${version.provider} is at work`}</span>
      <Button variant="quiet" icon="stop" aria-label={`Stop making ${name} again`} isBusy={isBusy} onClick={onStop} />
    </p>
  );
}

interface DialogProps {
  readonly campaign: Campaign;
  readonly part: string;
  readonly name: string;
  readonly prompt: string;
  readonly onClose: () => void;
}

function RegenerateDialog({ campaign, part, name, prompt: before, onClose }: DialogProps) {
  const { client, store, announce } = useSession();
  const [prompt, setPrompt] = useState(before);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  // However often it is sent, it makes one version.
  const sent = useRef<{ readonly key: string; readonly prompt: string } | null>(null);
  const id = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy) return;
    if (prompt.trim() === '') {
      setError('Write what it is made from.');
      return;
    }
    if (sent.current?.prompt !== prompt) sent.current = { key: randomKey(), prompt };
    setBusy(true);
    try {
      const headers = { 'Idempotency-Key': sent.current.key };
      const body = prompt === campaign.prompt ? {} : { prompt };
      store.put(await client.post<Campaign>(`/api/campaigns/${campaign.id}/${pathOf(part)}/regenerate`, body, headers));
      announce(`${name} is made again.`);
      onClose();
    } catch (failure) {
      const problem = asProblem(failure);
      setError(problem.errors['prompt']?.map(message => `The prompt ${message}`).join(' ') ?? describe(problem));
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Make ${name.toLowerCase()} again`} onClose={onClose}>
      <form className="versions-form" onSubmit={event => void submit(event)}>
        <label htmlFor={id}>Prompt</label>
        <textarea
          id={id}
          rows={5}
          maxLength={maxPrompt}
          value={prompt}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-hint`}
          onChange={event => {
            setPrompt(event.target.value);
            setError(null);
          }}
        />
        <p id={`${id}-hint`} className={error ? 'field-error' : 'field-hint'} role={error ? 'alert' : undefined}>
          {error ?? 'The present version stays, and is shown until the new one is complete.'}
        </p>
        <div className="dialog-actions">
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" type="submit" isBusy={isBusy}>
            Make again
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The path of a part below its campaign's. */
function pathOf(part: string): string {
  return part.replace('image/', 'images/');
}
