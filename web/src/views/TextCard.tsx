import { type FormEvent, useId, useState } from 'react';
import { type Campaign, hasEnded, type PartVersion, type TextPart } from '../api/types';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { PartState } from '../components/PartState';
import { copyText } from '../lib/clipboard';
import { useEdit } from '../state/useEdit';
import { PartVersions } from './PartVersions';

const longestText = 20_000;

interface Props {
  readonly campaign: Campaign;
  readonly text: TextPart;
  readonly isRunning: boolean;
  readonly versions: readonly PartVersion[];
}

/** The text of a campaign, or its state. */
export function TextCard({ campaign, text, isRunning, versions }: Props) {
  const [isCopied, setCopied] = useState(false);
  const [isWriting, setWriting] = useState(false);
  const isBusy = versions.some(version => version.part === 'text' && version.endedAt === null);
  return (
    <section className="text-card" aria-labelledby="text-title">
      <header>
        <h2 id="text-title" className="section-title">
          Text
        </h2>
        {hasEnded(campaign.status) && campaign.status !== 'CANCELED' && !isBusy && (
          <Button variant="quiet" icon="pencil" aria-label={text.content === null ? 'Write the text' : 'Edit the text'} onClick={() => setWriting(true)}>
            {text.content === null ? 'Write' : 'Edit'}
          </Button>
        )}
        {text.content !== null && (
          <Button
            variant="quiet"
            icon={isCopied ? 'check' : 'copy'}
            onClick={() => void copyText(text.content!).then(done => setCopied(done))}
            onBlur={() => setCopied(false)}
          >
            {isCopied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </header>
      {text.content !== null ? (
        <>
          <div className="text-content">
            {text.content.split(/\n{2,}/).map((paragraph, i) => (
              <p key={i}>{paragraph}</p>
            ))}
          </div>
          <p className="text-meta">
            {[text.model ?? (text.provider === 'user' ? 'Written by you' : text.provider), text.attempts > 1 ? `attempt ${text.attempts}` : null, text.usage?.totalTokens ? `${text.usage.totalTokens.toLocaleString('en')} tokens` : null]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </>
      ) : (
        <div className={`text-waiting frame-${text.status.toLowerCase()}`}>
          <PartState name="Text" part={text} isRunning={isRunning} />
        </div>
      )}
      <PartVersions campaign={campaign} part="text" name="Text" versions={versions} />
      {isWriting && <TextDialog id={campaign.id} before={text.content ?? ''} onClose={() => setWriting(false)} />}
    </section>
  );
}

function TextDialog({ id, before, onClose }: { readonly id: string; readonly before: string; readonly onClose: () => void }) {
  const { edit, isBusy } = useEdit(id);
  const [typed, setTyped] = useState(before);
  const field = useId();

  async function save(event: FormEvent) {
    event.preventDefault();
    if (isBusy || typed.trim() === '') return;
    if (typed === before || (await edit({ text: typed }, 'The text was changed.'))) onClose();
  }

  return (
    <Dialog title={before === '' ? 'Write the text' : 'Edit the text'} onClose={onClose}>
      <form className="versions-form" onSubmit={event => void save(event)}>
        <label htmlFor={field}>Text</label>
        <textarea id={field} rows={14} maxLength={longestText} value={typed} aria-describedby={`${field}-hint`} onChange={event => setTyped(event.target.value)} />
        <p id={`${field}-hint`} className="field-hint">
          {before === '' ? 'It takes the place of the one that failed.' : 'It is a version of its own: the present one stays, and can be chosen again.'}
        </p>
        <div className="dialog-actions">
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" type="submit" isBusy={isBusy} disabled={typed.trim() === ''}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
