import { statusLabel } from '../lib/format';

/** A status as text; its colour only repeats it. */
export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <span className={`badge badge-${status.toLowerCase()}`}>
      <span className="badge-dot" aria-hidden="true" />
      {statusLabel(status)}
    </span>
  );
}
