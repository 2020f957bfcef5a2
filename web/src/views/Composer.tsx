import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { asProblem, describe, mapFieldErrors } from '../api/problem';
import { loadPending, savePending, submissionFor } from '../api/submission';
import type { Campaign } from '../api/types';
import { campaignHash, go } from '../app/routes';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { type Draft, emptyDraft, fieldLabels, findFaults, maxPrompt, readDraft, toRequest, writeDraft } from '../state/draft';
import { ComposerOptions } from './ComposerOptions';

const ideas = [
  'Create a beach scene with a cat',
  'A minimalist poster for a mountain coffee roaster',
  'Launch of a bicycle for rainy cities, at dusk',
];

/** The form for a new campaign. What is typed survives a reload; what is sent becomes one campaign, however often it is sent. */
export function Composer() {
  const { client, store, announce } = useSession();
  const [draft, setDraft] = useState(readDraft);
  const [isOpen, setOpen] = useState(false);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const prompt = useRef<HTMLTextAreaElement>(null);
  // A second click comes before the first has been drawn.
  const isSending = useRef(false);

  useEffect(() => {
    writeDraft(draft);
  }, [draft]);

  // Once the errors are drawn the first one's field gets the focus.
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);

  const change = (changes: Partial<Draft>) => {
    setDraft(before => ({ ...before, ...changes }));
    setGeneral(null);
  };

  const show = (found: Readonly<Record<string, string>>, message: string | null) => {
    setFaults(found);
    setGeneral(message);
    if (Object.keys(found).some(field => field !== 'prompt')) setOpen(true);
    setRefusals(count => count + 1);
  };

  async function submit() {
    if (isSending.current) return;
    const found = findFaults(draft);
    if (Object.keys(found).length > 0) {
      show(found, null);
      return;
    }
    isSending.current = true;
    setBusy(true);
    setFaults({});
    setGeneral(null);
    const submission = submissionFor(loadPending(), JSON.stringify(toRequest(draft)));
    savePending(submission);
    try {
      const campaign = await client.post<Campaign>('/api/campaigns', JSON.parse(submission.body), { 'Idempotency-Key': submission.key });
      savePending(null);
      writeDraft(emptyDraft);
      store.put(campaign);
      announce('The campaign has begun.');
      go(campaignHash(campaign.id));
    } catch (error) {
      const problem = asProblem(error);
      // Refused for good: the next try is a new request. Otherwise the same one is sent again, under its key.
      if (!problem.isTransient && problem.status !== 401) savePending(null);
      const { fields, others } = mapFieldErrors(problem, fieldLabels);
      const hasFields = Object.keys(fields).length > 0;
      show(fields, hasFields && others.length === 0 ? null : [describe(problem), ...others].join(' '));
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void submit();
    }
  };

  const left = maxPrompt - draft.prompt.length;
  return (
    <section className="composer" aria-labelledby="composer-title">
      <h1 id="composer-title">What shall we make?</h1>
      <form
        ref={form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className={faults['prompt'] ? 'composer-card composer-card-invalid' : 'composer-card'}>
          <label className="visually-hidden" htmlFor="prompt">
            Prompt
          </label>
          <textarea
            id="prompt"
            ref={prompt}
            rows={3}
            placeholder="Describe the campaign: what it is for, what is to be seen, how it should feel."
            value={draft.prompt}
            aria-invalid={faults['prompt'] ? true : undefined}
            aria-describedby={faults['prompt'] ? 'prompt-count prompt-error' : 'prompt-count'}
            onKeyDown={onKeyDown}
            onChange={event => {
              change({ prompt: event.target.value });
              if (faults['prompt']) setFaults(({ prompt: _, ...rest }) => rest);
            }}
          />
          <div className="composer-bar">
            <Stepper count={draft.count} onChange={count => change({ count })} />
            <label className="chip-toggle">
              <input type="checkbox" checked={draft.wantsText} onChange={event => change({ wantsText: event.target.checked })} />
              <span>
                <Icon name="text" />
                Text
              </span>
            </label>
            <Button variant="quiet" icon="chevron" className="composer-more button-trailing" aria-expanded={isOpen} aria-controls="composer-options" onClick={() => setOpen(!isOpen)}>
              Options
            </Button>
            <p id="prompt-count" className={left < 0 ? 'composer-count composer-count-over' : 'composer-count'}>
              <span className="visually-hidden">Characters: </span>
              {draft.prompt.length.toLocaleString('en')} / {maxPrompt.toLocaleString('en')}
            </p>
            <Button type="submit" variant="primary" icon="sparkle" isBusy={isBusy}>
              Create
            </Button>
          </div>
          <div id="composer-options" hidden={!isOpen}>
            {isOpen && <ComposerOptions draft={draft} faults={faults} onChange={change} />}
          </div>
        </div>
        {faults['prompt'] && (
          <p className="field-error" id="prompt-error">
            {faults['prompt']}
          </p>
        )}
        {faults['images.count'] && <p className="field-error">{faults['images.count']}</p>}
        <div aria-live="assertive">
          {general && (
            <p className="note note-danger">
              <Icon name="warning" />
              <span>{general}</span>
            </p>
          )}
        </div>
      </form>
      {draft.prompt === '' && (
        <ul className="ideas" aria-label="Ideas">
          {ideas.map(idea => (
            <li key={idea}>
              <button
                type="button"
                onClick={() => {
                  change({ prompt: idea });
                  prompt.current?.focus();
                }}
              >
                {idea}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Stepper({ count, onChange }: { readonly count: number; readonly onChange: (count: number) => void }) {
  return (
    <div className="stepper" role="group" aria-label="Number of images">
      <button type="button" aria-label="One image less" disabled={count === 0} onClick={() => onChange(count - 1)}>
        −
      </button>
      <output aria-live="polite">
        <Icon name="image" />
        {count}
        <span className="visually-hidden"> {count === 1 ? 'image' : 'images'}</span>
      </output>
      <button type="button" aria-label="One image more" disabled={count === 10} onClick={() => onChange(count + 1)}>
        +
      </button>
    </div>
  );
}
