import type { Campaign } from '../api/types';
import { dateTime } from '../lib/format';

export function CampaignFacts({ campaign }: { readonly campaign: Campaign }) {
  const metadata = Object.entries(campaign.metadata);
  return (
    <section className="campaign-facts" aria-labelledby="facts-title">
      <h2 id="facts-title" className="section-title">
        Details
      </h2>
      <dl className="facts">
        <div>
          <dt>Id</dt>
          <dd>
            <code>{campaign.id}</code>
          </dd>
        </div>
        <div>
          <dt>Last change</dt>
          <dd>{dateTime(campaign.updatedAt)}</dd>
        </div>
        {campaign.completedAt && (
          <div>
            <dt>Ended</dt>
            <dd>{dateTime(campaign.completedAt)}</dd>
          </div>
        )}
        {metadata.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
