import { useCallback } from 'react';
import type { PartError, PartStatus, PartWait } from '../api/types';
import { useSession } from '../app/session';
import { countdownText, secondsUntil } from '../lib/countdown';
import { codeLabel, plural } from '../lib/format';
import { useNow } from '../lib/useNow';
import { Icon } from './Icon';

interface Props {
  readonly name: string;
  readonly part: {
    readonly status: PartStatus;
    readonly attempts: number;
    readonly nextAttemptAt: string | null;
    readonly waitingFor: PartWait | null;
    readonly provider: string;
    readonly error: PartError | null;
  };
  readonly isRunning: boolean;
}

const marks = { PENDING: 'clock', RUNNING: 'sparkle', RETRYING: 'retry', FAILED: 'warning', CANCELED: 'stop', COMPLETE: 'check' } as const;

/** The state of a part that is not there yet, or will not be. */
export function PartState({ name, part, isRunning }: Props) {
  const { client } = useSession();
  const wait = isRunning ? part.waitingFor : null;
  const isCountingDown = isRunning && (part.status === 'RETRYING' || wait !== null);
  const now = useNow(useCallback(() => client.now(), [client]), 250, isCountingDown);
  return (
    <div className={`part part-${part.status.toLowerCase()}`}>
      <Icon name={marks[part.status]} className="part-mark" />
      <p className="part-name">{name}</p>
      <p className="part-line">{isCountingDown ? countdownText(secondsUntil(part.nextAttemptAt, now)) : lineOf(part.status, part.provider)}</p>
      {wait && <p className="part-attempts">{wait.reason === 'busy' ? `${wait.provider} is busy` : `${wait.provider} asked to wait: ${codeLabel(wait.reason)}`}</p>}
      {part.error && (
        <p className="part-error">
          <strong>{codeLabel(part.error.code)}</strong>
          <span>{part.error.message}</span>
        </p>
      )}
      {part.attempts > 0 && (
        <p className="part-attempts">{part.status === 'RUNNING' ? `Attempt ${part.attempts} · ${part.provider}` : `${plural(part.attempts, 'attempt')} · ${part.provider}`}</p>
      )}
    </div>
  );
}

function lineOf(status: PartStatus, provider: string): string {
  switch (status) {
    case 'PENDING':
      return 'Waiting for its turn';
    case 'RUNNING':
      return `${provider} is at work`;
    case 'RETRYING':
      return 'Will be tried again';
    case 'FAILED':
      return 'Could not be made';
    case 'CANCELED':
      return 'Canceled';
    case 'COMPLETE':
      return 'Complete';
  }
}
