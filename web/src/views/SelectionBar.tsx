import { useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { ControlResults } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/Dialog';
import { plural } from '../lib/format';
import { outcome } from '../state/selection';

const mostAtOnce = 100;

interface Props {
  readonly selected: readonly string[];
  readonly onSelect: (ids: readonly string[]) => void;
  /** The campaigns that can be selected. */
  readonly ids: readonly string[];
  readonly onClose: () => void;
}

/** What can be done with the selected campaigns. */
export function SelectionBar({ selected, onSelect, ids, onClose }: Props) {
  const { client, store, toast } = useSession();
  const [busy, setBusy] = useState<'delete' | 'retry' | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isEmpty = selected.length === 0;

  async function act(action: 'delete' | 'retry') {
    setBusy(action);
    try {
      const results: ControlResults['results'][number][] = [];
      for (let i = 0; i < selected.length; i += mostAtOnce)
        results.push(...(await client.post<ControlResults>(`/api/campaigns/${action}`, { ids: selected.slice(i, i + mostAtOnce) })).results);
      for (const { id, status } of results) {
        if (status >= 400) continue;
        if (action === 'delete') store.remove(id);
        else void store.follow(id);
      }
      const { sentence, isComplete } = outcome(action, results);
      toast(sentence, isComplete ? 'neutral' : 'danger');
      // What could not be changed stays selected.
      onSelect(results.filter(result => result.status >= 400 && result.status !== 404).map(result => result.id));
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
      setAsking(false);
    }
  }

  return (
    <div className="selection" role="group" aria-label="Selected campaigns">
      <p role="status">{plural(selected.length, 'campaign')} selected</p>
      <Button variant="quiet" onClick={() => onSelect(selected.length === ids.length ? [] : ids)}>
        {selected.length === ids.length ? 'Select none' : 'Select all shown'}
      </Button>
      <Button icon="retry" isBusy={busy === 'retry'} disabled={isEmpty} onClick={() => void act('retry')}>
        Retry
      </Button>
      <Button icon="trash" disabled={isEmpty} onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Button onClick={onClose}>Done</Button>
      {isAsking && (
        <ConfirmDialog
          title={`Delete ${plural(selected.length, 'campaign')}?`}
          confirm="Delete"
          keep="Keep them"
          isBusy={busy === 'delete'}
          onConfirm={() => void act('delete')}
          onClose={() => setAsking(false)}
        >
          <p>Their texts, images and histories are deleted with them. This cannot be undone. What is still running stays.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
