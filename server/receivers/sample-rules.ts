export const SAMPLE_EVERY_MS = 10 * 60_000;
/** A month, and some days to look back from its end. */
export const VITALS_KEPT_MS = 35 * 86_400_000;

/** At most one sample each ten minutes; a clock that was set back starts anew, for else the plot would stand still until then. */
export function isSampleDue(lastSampledMs: number | undefined, heardMs: number): boolean {
  return lastSampledMs === undefined || heardMs - lastSampledMs >= SAMPLE_EVERY_MS || heardMs < lastSampledMs;
}
