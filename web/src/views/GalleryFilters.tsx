import { type CampaignStatus, campaignStatuses } from '../api/types';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { statusLabel } from '../lib/format';
import { type Period, periodLabels } from '../state/period';

/** What is set in the filter bar. The tag is not part of it: it is in the address. */
export interface Choice {
  readonly status: CampaignStatus | null;
  readonly typed: string;
  readonly isFavorite: boolean;
  readonly period: Period;
  readonly first: string;
  readonly last: string;
}

export const noChoice: Choice = { status: null, typed: '', isFavorite: false, period: 'any', first: '', last: '' };

interface Props {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly tag: string | null;
}

/** The bar above the gallery: which campaigns it shows. */
export function GalleryFilters({ choice, onChange, tag }: Props) {
  const set = (change: Partial<Choice>) => onChange({ ...choice, ...change });
  return (
    <div className="gallery-tools" role="search">
      <div className="search">
        <Icon name="search" />
        <label className="visually-hidden" htmlFor="words">
          Words of the campaign
        </label>
        <input id="words" type="search" placeholder="Search campaigns" maxLength={200} value={choice.typed} onChange={event => set({ typed: event.target.value })} />
      </div>
      <Button
        icon="star"
        className={choice.isFavorite ? 'favorite favorite-on filter-on' : 'favorite'}
        aria-pressed={choice.isFavorite}
        onClick={() => set({ isFavorite: !choice.isFavorite })}
      >
        Favorites
      </Button>
      <div>
        <label className="visually-hidden" htmlFor="status">
          Status
        </label>
        <select id="status" value={choice.status ?? ''} onChange={event => set({ status: (event.target.value || null) as CampaignStatus | null })}>
          <option value="">All statuses</option>
          {campaignStatuses.map(value => (
            <option key={value} value={value}>
              {statusLabel(value)}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label className="visually-hidden" htmlFor="period">
          Time
        </label>
        <select id="period" value={choice.period} onChange={event => set({ period: event.target.value as Period })}>
          {Object.entries(periodLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {choice.period === 'dates' && (
        <div className="dates">
          <span>
            <label htmlFor="first-day">From</label>
            <input id="first-day" type="date" max={choice.last || undefined} value={choice.first} onChange={event => set({ first: event.target.value })} />
          </span>
          <span>
            <label htmlFor="last-day">to</label>
            <input id="last-day" type="date" min={choice.first || undefined} value={choice.last} onChange={event => set({ last: event.target.value })} />
          </span>
        </div>
      )}
      {tag !== null && (
        <p className="tag-chip tag-removable tag-filter">
          <span>Tag: {tag}</span>
          <a href="#/" aria-label={`Show campaigns with any tag, not only ${tag}`}>
            <Icon name="close" />
          </a>
        </p>
      )}
    </div>
  );
}
