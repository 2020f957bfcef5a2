import { useEffect, useState } from 'react';

/** The time by the service's clock, updated at an interval in milliseconds while it is shown. */
export function useNow(read: () => number, interval: number, isWanted = true): number {
  const [now, setNow] = useState(read);
  useEffect(() => {
    if (!isWanted) return;
    setNow(read());
    const timer = setInterval(() => setNow(read()), interval);
    return () => clearInterval(timer);
  }, [read, interval, isWanted]);
  return now;
}
