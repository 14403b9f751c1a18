/** Stands for digital silence, which has no level in decibels. */
export const SILENCE_DBFS = -120;

/** The mean level from mpv's `astats` filter, which counts from the beginning of the file; undefined where it says nothing usable. */
export function meanLevelDbfs(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const fields = metadata as Record<string, unknown>;
  if (!(Number(fields['lavfi.astats.Overall.Number_of_samples']) > 0)) return undefined;
  const level = fields['lavfi.astats.Overall.RMS_level'];
  if (level === '-inf') return SILENCE_DBFS;
  if (typeof level !== 'string' || level.trim() === '' || !Number.isFinite(Number(level))) return undefined;
  return Math.max(SILENCE_DBFS, Math.round(Number(level) * 100) / 100);
}
