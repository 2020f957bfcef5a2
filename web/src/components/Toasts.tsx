import type { ToastTone } from '../app/session';
import { Icon } from './Icon';

export interface Toast {
  readonly id: number;
  readonly message: string;
  readonly tone: ToastTone;
  readonly href: string | null;
}

const icons = { success: 'check', danger: 'warning', neutral: 'bell' } as const;

export function Toasts({ toasts, onDismiss }: { readonly toasts: readonly Toast[]; readonly onDismiss: (id: number) => void }) {
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite" aria-relevant="additions">
      {toasts.map(toast => (
        <div key={toast.id} className={`toast toast-${toast.tone}`}>
          <Icon name={icons[toast.tone]} />
          <p>
            {toast.message}{' '}
            {toast.href && (
              <a href={toast.href} onClick={() => onDismiss(toast.id)}>
                Open it
              </a>
            )}
          </p>
          <button type="button" className="toast-close" aria-label="Dismiss the message" onClick={() => onDismiss(toast.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </section>
  );
}

/** Announcements for screen readers that are not shown. */
export function Announcer({ message }: { readonly message: string }) {
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {message}
    </p>
  );
}
