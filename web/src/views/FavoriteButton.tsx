import type { Campaign } from '../api/types';
import { Button } from '../components/Button';
import { excerpt, titleOf } from '../lib/format';
import { useEdit } from '../state/useEdit';

/** Marks a campaign as a favorite, or no longer. */
export function FavoriteButton({ campaign, className }: { readonly campaign: Campaign; readonly className?: string }) {
  const { edit, isBusy } = useEdit(campaign.id);
  const classes = ['favorite', campaign.favorite && 'favorite-on', className].filter(Boolean).join(' ');
  return (
    <Button
      variant="quiet"
      icon="star"
      className={classes}
      isBusy={isBusy}
      aria-pressed={campaign.favorite}
      aria-label={`Favorite: ${excerpt(titleOf(campaign), 60)}`}
      title={campaign.favorite ? 'Remove from favorites' : 'Add to favorites'}
      onClick={() => void edit({ favorite: !campaign.favorite }, campaign.favorite ? 'No longer a favorite.' : 'A favorite now.')}
    />
  );
}
