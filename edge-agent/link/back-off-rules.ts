/** `failures` from 1 on: doubling from the least to the most, a random half of it taken off so that a fleet does not march in step. */
export function backOffMs(failures: number, bounds: { minMs: number; maxMs: number }, random: number): number {
  const fullMs = Math.min(bounds.maxMs, bounds.minMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
  return Math.round(fullMs * (1 - random / 2));
}
