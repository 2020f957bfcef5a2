import type { ControlResults } from '../api/types';
import { plural } from '../lib/format';

const done = { delete: 'deleted', retry: 'retried' } as const;

const reasons: Readonly<Record<string, string>> = {
  campaign_running: 'still running',
  campaign_not_failed: 'not failed',
  not_found: 'no longer there',
  too_many_running: 'too many running',
  daily_limit: 'limit of the day reached',
};

/** What became of many campaigns, in a sentence. */
export function outcome(action: 'delete' | 'retry', results: ControlResults['results']): { readonly sentence: string; readonly isComplete: boolean } {
  const refused = results.filter(result => result.status >= 400);
  const succeeded = `${plural(results.length - refused.length, 'campaign')} ${done[action]}.`;
  if (refused.length === 0) return { sentence: succeeded, isComplete: true };
  const why = [...new Set(refused.map(result => reasons[result.code ?? ''] ?? result.code ?? `status ${result.status}`))];
  return { sentence: `${succeeded} ${refused.length} could not be: ${why.join(', ')}.`, isComplete: false };
}

/** The selection after a campaign was selected or not any more. */
export function toggle(selected: readonly string[], id: string): readonly string[] {
  return selected.includes(id) ? selected.filter(known => known !== id) : [...selected, id];
}
