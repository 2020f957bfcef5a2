import { useCallback, useState } from 'react';
import type { Campaign, ImagePart, PartVersion } from '../api/types';
import { CampaignImage } from '../components/CampaignImage';
import { PartState } from '../components/PartState';
import { excerpt } from '../lib/format';
import { Lightbox } from './Lightbox';
import { PartVersions } from './PartVersions';

/** The images of a campaign: those that are made, and the state of the others. */
export function ImageGrid({ campaign, versions }: { readonly campaign: Campaign; readonly versions: readonly PartVersion[] }) {
  const [open, setOpen] = useState<number | null>(null);
  const close = useCallback(() => setOpen(null), []);
  const isRunning = campaign.status === 'PENDING' || campaign.status === 'RUNNING';
  return (
    <section className="images" aria-labelledby="images-title">
      <h2 id="images-title" className="section-title">
        Images
      </h2>
      <ul className={`image-grid image-grid-${campaign.images.length === 4 ? 2 : Math.min(campaign.images.length, 3)}`}>
        {campaign.images.map(image => (
          <li key={image.index}>
            <ImageTile campaign={campaign} image={image} isRunning={isRunning} onOpen={() => setOpen(image.index)} />
            <PartVersions campaign={campaign} part={`image/${image.index}`} name={`Image ${image.index + 1}`} versions={versions} />
          </li>
        ))}
      </ul>
      {open !== null && <Lightbox campaign={campaign} index={open} onMove={setOpen} onClose={close} />}
    </section>
  );
}

interface TileProps {
  readonly campaign: Campaign;
  readonly image: ImagePart;
  readonly isRunning: boolean;
  readonly onOpen: () => void;
}

function ImageTile({ campaign, image, isRunning, onOpen }: TileProps) {
  const name = `Image ${image.index + 1}`;
  if (image.url) {
    return (
      <button type="button" className="frame frame-complete" onClick={onOpen}>
        <CampaignImage url={image.url} alt={`${name} of “${excerpt(campaign.prompt, 80)}”`} width={640} size={image} />
        <span className="frame-label">
          <span className="visually-hidden">Show in full size. </span>
          {image.provider}
          {image.attempts > 1 && ` · attempt ${image.attempts}`}
        </span>
      </button>
    );
  }
  return (
    <div className={`frame frame-${image.status.toLowerCase()}`}>
      <PartState name={name} part={image} isRunning={isRunning} />
    </div>
  );
}
