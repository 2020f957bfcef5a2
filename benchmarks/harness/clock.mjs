// The machine's clock, finer than the milliseconds of Date.now(), to be compared with PostgreSQL's clock_timestamp().
const TICKS = 5;

let offset = 0;

/**
 * Sets it by the machine's clock. `performance.timeOrigin` will not do: it is read when the process begins and was seen to be
 * two milliseconds off, as long as a whole job takes.
 */
export function setClock() {
  // An interruption between a tick and the read of the other clock makes an offset smaller, never larger.
  offset = Math.max(...Array.from({ length: TICKS }, untilTick));
}

/** Milliseconds since 1970, by the clock as it was last set. */
export function now() {
  return offset + performance.now();
}

function untilTick() {
  const before = Date.now();
  let tick = before;
  while (tick === before) tick = Date.now();
  return tick - performance.now();
}
