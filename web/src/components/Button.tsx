import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: 'primary' | 'danger' | 'plain' | 'quiet';
  readonly icon?: IconName;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
}

/** A button. While it is busy it stays focusable, is marked as busy, and does nothing. */
export function Button({ variant = 'plain', icon, isBusy = false, children, className, onClick, type = 'button', ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      className={`button button-${variant}${children ? '' : ' button-icon'}${className ? ` ${className}` : ''}`}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      onClick={event => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isBusy ? <span className="button-spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}
