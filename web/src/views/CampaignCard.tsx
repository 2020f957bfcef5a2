import { memo } from 'react';
import { type Campaign, hasEnded } from '../api/types';
import { campaignHash } from '../app/routes';
import { CampaignImage } from '../components/CampaignImage';
import { Icon } from '../components/Icon';
import { StatusBadge } from '../components/StatusBadge';
import { ago, excerpt, plural } from '../lib/format';
import { progressOf } from '../state/progress';

const shown = 4;

/** A campaign in the gallery: its images, as far as they are made. */
export const CampaignCard = memo(function CampaignCard({ campaign, now }: { readonly campaign: Campaign; readonly now: number }) {
  const images = campaign.images.slice(0, shown);
  const progress = progressOf(campaign);
  const isRunning = !hasEnded(campaign.status);
  return (
    <a className="card" href={campaignHash(campaign.id)}>
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
        <h3>{excerpt(campaign.prompt, 110)}</h3>
        <p className="card-meta">
          <StatusBadge status={campaign.status} />
          <span>{isRunning && progress.retrying > 0 ? `${plural(progress.retrying, 'part')} retrying` : ago(campaign.createdAt, now)}</span>
        </p>
      </div>
      {isRunning && (
        <progress className="card-progress" max={progress.total} value={progress.complete + progress.failed} aria-label="Parts that are done" />
      )}
    </a>
  );
});
