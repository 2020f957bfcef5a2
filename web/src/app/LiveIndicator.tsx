import type { LiveState } from '../api/follow';
import { useSession } from './session';

const texts: Readonly<Record<LiveState, { readonly label: string; readonly hint: string }>> = {
  connecting: { label: 'Connecting', hint: 'The stream of events is being opened.' },
  live: { label: 'Live', hint: 'Changes appear as they happen.' },
  polling: { label: 'Polling', hint: 'Streams do not come through at the moment: changes are asked for every few seconds.' },
  offline: { label: 'Offline', hint: 'The service cannot be reached. The page continues when it can be reached again.' },
  denied: { label: 'Signed out', hint: 'The service asks who you are.' },
};

export function LiveIndicator() {
  const { live } = useSession();
  const { label, hint } = texts[live.state];
  return (
    <p className={`live live-${live.state}`} role="status" title={hint}>
      <span className="live-dot" aria-hidden="true" />
      <span className="live-label">{label}</span>
    </p>
  );
}
