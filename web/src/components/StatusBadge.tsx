import { statusLabel } from '../lib/format';

/** A status in words; its colour only repeats them. */
export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <span className={`badge badge-${status.toLowerCase()}`}>
      <span className="badge-dot" aria-hidden="true" />
      {statusLabel(status)}
    </span>
  );
}
