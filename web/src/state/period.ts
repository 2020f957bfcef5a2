/** A span of time that the gallery offers. */
export type Period = 'any' | 'day' | 'week' | 'month' | 'dates';

export const periodLabels: Readonly<Record<Period, string>> = {
  any: 'Any time',
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  dates: 'Dates…',
};

const lengths: Readonly<Partial<Record<Period, number>>> = { day: 1, week: 7, month: 30 };
const dayLength = 86_400_000;

/** When a period began and ended, as the list takes it: dates are days where the reader is, both included. */
export function spanOf(period: Period, first: string, last: string, now: number): { readonly from: string | null; readonly until: string | null } {
  const days = lengths[period];
  if (days !== undefined) return { from: new Date(now - days * dayLength).toISOString(), until: null };
  return period === 'dates' ? { from: midnight(first, 0), until: midnight(last, 1) } : { from: null, until: null };
}

function midnight(date: string, daysLater: number): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  return parts ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + daysLater).toISOString() : null;
}
