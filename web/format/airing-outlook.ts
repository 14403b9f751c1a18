import type { Airing, Coverage } from '#contract/airing.ts';

/** How an airing stands for the one who reads the schedule. Only what is proven is `rendered`. */
export type AiringOutlook = 'cancelled' | 'coming' | 'due' | 'on-air' | 'unknown' | 'rendered' | 'incomplete' | 'nowhere';

type Times = Pick<Airing, 'state' | 'startsAt'>;

export function outlookOf(airing: Times, coverage: Coverage, nowMs: number): AiringOutlook {
  const count = (...states: (keyof Coverage['byState'])[]) =>
    states.reduce((sum, state) => sum + (coverage.byState[state] ?? 0), 0);
  if (airing.state === 'cancelled') return 'cancelled';
  if (count('playing') > 0) return 'on-air';
  if (airing.state === 'planned' && Date.parse(airing.startsAt) > nowMs) return 'coming';
  if (coverage.receivers === 0) return airing.state === 'planned' ? 'due' : 'nowhere';
  if (count('played') === coverage.receivers && coverage.rendered === coverage.receivers) return 'rendered';
  if (airing.state === 'planned' && count('planned', 'ready') > 0) return 'due';
  return count('unknown', 'planned', 'ready') > 0 &&
    count('partial', 'interrupted', 'missed', 'failed', 'refused', 'displaced') === 0
    ? 'unknown'
    : 'incomplete';
}
