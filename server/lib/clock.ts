/** Where "now" comes from. Tests drive their own; rules take `now` as an argument and never see a clock. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** ISO-8601 in UTC with milliseconds: the one form of an instant on the wire and in SQL, so text order is time order. */
export function instantOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
