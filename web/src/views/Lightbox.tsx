import { useEffect, useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { Campaign } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { CampaignImage } from '../components/CampaignImage';
import { Dialog } from '../components/Dialog';
import { downloadImage } from '../lib/download';
import { excerpt } from '../lib/format';

interface Props {
  readonly campaign: Campaign;
  readonly index: number;
  readonly onMove: (index: number) => void;
  readonly onClose: () => void;
}

/** An image in full size; the arrow keys lead to the next one. */
export function Lightbox({ campaign, index, onMove, onClose }: Props) {
  const { client, toast } = useSession();
  const [isBusy, setBusy] = useState(false);
  const there = campaign.images.filter(image => image.url !== null);
  const at = there.findIndex(image => image.index === index);
  const image = there[at];
  const previous = there[at - 1]?.index;
  const next = there[at + 1]?.index;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'ArrowLeft' && previous !== undefined) onMove(previous);
      if (event.key === 'ArrowRight' && next !== undefined) onMove(next);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [previous, next, onMove]);

  if (!image?.url) return null;
  const url = image.url;

  async function download() {
    setBusy(true);
    try {
      await downloadImage(client, url, `atelier-${campaign.id.slice(0, 8)}-${index + 1}`);
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Image ${index + 1}`} onClose={onClose} className="lightbox">
      <div className="lightbox-stage">
        <CampaignImage key={url} url={url} alt={`Image ${index + 1} of “${excerpt(campaign.prompt, 200)}”`} />
      </div>
      <div className="lightbox-bar">
        <Button icon="left" aria-label="Previous image" disabled={previous === undefined} onClick={() => onMove(previous!)} />
        <p aria-live="polite">
          {[`${at + 1} of ${there.length}`, image.model ?? image.provider, image.width && image.height ? `${image.width} × ${image.height}` : null, image.version > 1 ? `version ${image.version}` : null]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <Button icon="right" aria-label="Next image" disabled={next === undefined} onClick={() => onMove(next!)} />
        <Button variant="primary" icon="download" isBusy={isBusy} onClick={() => void download()}>
          Download
        </Button>
      </div>
    </Dialog>
  );
}
