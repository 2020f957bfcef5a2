import { memo } from 'react';
import { type Campaign, hasEnded } from '../api/types';
import { campaignHash } from '../app/routes';
import { CampaignImage } from '../components/CampaignImage';
import { Icon } from '../components/Icon';
import { StatusBadge } from '../components/StatusBadge';
import { ago, excerpt, plural, titleOf } from '../lib/format';
import { progressOf } from '../state/progress';
import { FavoriteButton } from './FavoriteButton';
import { TagLinks } from './TagList';

const shown = 4;

interface Props {
  readonly campaign: Campaign;
  readonly now: number;
  /** Whether it is selected; null while there is nothing to select for. */
  readonly isSelected: boolean | null;
  readonly onSelect: (id: string) => void;
}

/** A campaign in the gallery: its images, as far as they are made. */
export const CampaignCard = memo(function CampaignCard({ campaign, now, isSelected, onSelect }: Props) {
  const images = campaign.images.slice(0, shown);
  const progress = progressOf(campaign);
  const isRunning = !hasEnded(campaign.status);
  return (
    <article className={isSelected ? 'card card-selected' : 'card'}>
      <a className="card-main" href={campaignHash(campaign.id)}>
        <div className={`mosaic mosaic-${Math.max(1, images.length)}`}>
          {images.length === 0 && <p className="mosaic-text">{excerpt(campaign.text?.content ?? '', 220) || <Icon name="text" />}</p>}
          {images.map((image, i) => (
            <div key={image.index} className={`tile tile-${image.status.toLowerCase()}`}>
              {image.url ? <CampaignImage url={image.url} alt="" width={images.length > 3 ? 160 : 320} isLazy /> : <Icon name={image.status === 'FAILED' ? 'warning' : 'image'} />}
              {i === shown - 1 && campaign.images.length > shown && <span className="tile-more">+{campaign.images.length - shown}</span>}
            </div>
          ))}
        </div>
        <div className="card-body">
          <h3>{excerpt(titleOf(campaign), 110)}</h3>
          <p className="card-meta">
            <StatusBadge status={campaign.status} />
            <span>{isRunning && progress.retrying > 0 ? `${plural(progress.retrying, 'part')} retrying` : ago(campaign.createdAt, now)}</span>
          </p>
        </div>
        {isRunning && (
          <progress className="card-progress" max={progress.total} value={progress.complete + progress.failed} aria-label="Parts that are done" />
        )}
      </a>
      {campaign.tags.length > 0 && <TagLinks tags={campaign.tags} />}
      <FavoriteButton campaign={campaign} className="card-favorite" />
      {isSelected !== null && (
        <label className="card-select">
          <input type="checkbox" checked={isSelected} onChange={() => onSelect(campaign.id)} />
          <span className="visually-hidden">Select {excerpt(titleOf(campaign), 60)}</span>
        </label>
      )}
    </article>
  );
});
