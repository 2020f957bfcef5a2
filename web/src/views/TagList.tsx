import { type FormEvent, useState } from 'react';
import type { Campaign } from '../api/types';
import { tagHash } from '../app/routes';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { sameTag } from '../state/list';
import { useEdit } from '../state/useEdit';

const mostTags = 20;
const longestTag = 50;

/** Tags as links to the campaigns that have them. */
export function TagLinks({ tags }: { readonly tags: readonly string[] }) {
  return (
    <ul className="tags" aria-label="Tags">
      {tags.map(tag => (
        <li key={tag} className="tag-chip">
          <a href={tagHash(tag)}>{tag}</a>
        </li>
      ))}
    </ul>
  );
}

/** The tags of a campaign, to follow, to remove and to add to. */
export function TagEditor({ campaign }: { readonly campaign: Campaign }) {
  const { edit, isBusy } = useEdit(campaign.id);
  const [typed, setTyped] = useState('');

  async function add(event: FormEvent) {
    event.preventDefault();
    const tag = typed.trim();
    if (tag === '' || isBusy) return;
    if (campaign.tags.some(known => sameTag(known, tag)) || (await edit({ tags: [...campaign.tags, tag] }, `Tag ${tag} added.`))) setTyped('');
  }

  return (
    <div className="tag-editor">
      {campaign.tags.length > 0 && (
        <ul className="tags" aria-label="Tags">
          {campaign.tags.map(tag => (
            <li key={tag} className="tag-chip tag-removable">
              <a href={tagHash(tag)}>{tag}</a>
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                aria-disabled={isBusy || undefined}
                onClick={() => isBusy || void edit({ tags: campaign.tags.filter(known => known !== tag) }, `Tag ${tag} removed.`)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {campaign.tags.length < mostTags && (
        <form className="tag-form" onSubmit={event => void add(event)}>
          <label className="visually-hidden" htmlFor="new-tag">
            New tag
          </label>
          <input id="new-tag" placeholder="Add a tag" maxLength={longestTag} value={typed} onChange={event => setTyped(event.target.value)} autoComplete="off" />
          {typed.trim() !== '' && (
            <Button type="submit" icon="plus" isBusy={isBusy}>
              Add
            </Button>
          )}
        </form>
      )}
    </div>
  );
}
