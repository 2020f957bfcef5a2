import { describe, type Problem } from '../api/problem';
import { Button } from './Button';
import { Icon } from './Icon';

/** Shows what went wrong, and offers to try again. */
export function ProblemNote({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: () => void }) {
  return (
    <div className="note note-danger" role="alert">
      <Icon name="warning" />
      <div>
        <p>{describe(problem)}</p>
        {problem.traceId && (
          <p className="note-small">
            Trace id: <code>{problem.traceId}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
