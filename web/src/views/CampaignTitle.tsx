import { type FormEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Campaign } from '../api/types';
import { Button } from '../components/Button';
import { titleOf } from '../lib/format';
import { useEdit } from '../state/useEdit';

const longestName = 200;

/** A campaign's name, which can be changed in place; the prompt is the title of a campaign without one. */
export function CampaignTitle({ campaign }: { readonly campaign: Campaign }) {
  const { edit, isBusy } = useEdit(campaign.id);
  const [typed, setTyped] = useState<string | null>(null);
  const opener = useRef<HTMLDivElement>(null);
  const title = titleOf(campaign);

  function close() {
    flushSync(() => setTyped(null));
    opener.current?.querySelector('button')?.focus();
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (isBusy || typed === null) return;
    const name = typed.trim() || null;
    if (name === campaign.name || (await edit({ name }, name === null ? 'The name was removed.' : `The campaign is called ${name} now.`))) close();
  }

  return (
    <div className="campaign-title">
      {typed === null ? (
        <div className="title-line" ref={opener}>
          <h1 className={`prompt${title.length > 240 ? ' prompt-long' : title.length > 70 ? ' prompt-medium' : ''}`}>{title}</h1>
          <Button variant="quiet" icon="pencil" aria-label={campaign.name === null ? 'Name this campaign' : 'Change the name'} onClick={() => setTyped(campaign.name ?? '')} />
        </div>
      ) : (
        <form className="title-form" onSubmit={event => void save(event)}>
          <h1 className="visually-hidden">{title}</h1>
          <label className="visually-hidden" htmlFor="campaign-name">
            Name of the campaign
          </label>
          <input
            id="campaign-name"
            autoFocus
            autoComplete="off"
            maxLength={longestName}
            placeholder="No name"
            value={typed}
            onChange={event => setTyped(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Escape') close();
            }}
          />
          <Button type="submit" variant="primary" isBusy={isBusy}>
            Save
          </Button>
          <Button onClick={close}>Cancel</Button>
        </form>
      )}
      {campaign.name !== null && <p className="named-prompt">{campaign.prompt}</p>}
    </div>
  );
}
