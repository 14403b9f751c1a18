import type { DeliveryOutcome } from '#contract/receipt.ts';

/** Played means: rendered for at least this much of the duration. */
const RENDERED_MIN_PERCENT = 98;

export function soundingOutcome(playedMs: number, expectedMs: number, hasFailed: boolean): 'rendered' | 'partial' | 'failed' {
  if (playedMs * 100 >= expectedMs * RENDERED_MIN_PERCENT) return 'rendered';
  return hasFailed && playedMs === 0 ? 'failed' : 'partial';
}

/** By what has sounded, and nothing else. */
export function deliveryOutcome(
  soundings: readonly { outcome: 'rendered' | 'partial' | 'failed' | null; playedMs: number }[],
  soundingsDue: number,
): DeliveryOutcome {
  const rendered = soundings.filter(({ outcome }) => outcome === 'rendered').length;
  if (soundingsDue > 0 && rendered >= soundingsDue) return 'played';
  if (soundings.some(({ playedMs }) => playedMs > 0)) return 'partial';
  return soundings.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'missed';
}
