import { useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { Campaign, CampaignEdit } from '../api/types';
import { useSession } from '../app/session';

/** Changes name, tags or favorite mark of a campaign, one change at a time. */
export function useEdit(id: string): { readonly isBusy: boolean; readonly edit: (change: CampaignEdit, done: string) => Promise<boolean> } {
  const { client, store, toast, announce } = useSession();
  const [isBusy, setBusy] = useState(false);
  return {
    isBusy,
    async edit(change, done) {
      setBusy(true);
      try {
        store.put(await client.patch<Campaign>(`/api/campaigns/${encodeURIComponent(id)}`, change));
        announce(done);
        return true;
      } catch (error) {
        toast(describe(asProblem(error)), 'danger');
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
