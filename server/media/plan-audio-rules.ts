// From measurements to filters: what is done to speech before it goes to a horn.
// High-pass (a horn gives nothing below it), gain to a common level, compressor, measured gain, limiter.

/** Sources start at odd times (edit lists, encoder delay, paused recorders); all our times count from the first sample. */
export const NORMAL_TIME = 'asetpts=N/SR/TB,aresample=48000,aformat=sample_fmts=flt:channel_layouts=mono';
export const HORN_HIGH_PASS = 'highpass=f=180:p=2';

/** Speech is brought here before the compressor, so that its fixed threshold means the same for every source. */
const COMPRESSOR_INPUT_LUFS = -20;
const COMPRESSOR = 'acompressor=threshold=-24dB:ratio=3:attack=5:release=120';
/** After the gain to −20 LUFS: 30 dB below speech is nobody speaking. */
export const SILENCE_DBFS = -50;
/** Left standing before the first and after the last sound, so that no consonant is cut. */
const KEEP_SILENCE_MS = 100;

const TRUE_PEAK_MAX_DBTP = -1;
/** Peaks rise by up to 0.8 dB in the encoder; the rest is margin against encoding twice. */
const FIRST_LIMIT_DB = -2.2;
const LIMIT_MIN_DB = -8;
/** Meters tell tenths: aiming a tenth lower keeps −0.96 from passing as −1.0. */
const TRUE_PEAK_AIM_DBTP = -1.1;
const TOLERANCE_LU = 1;
/** Aimed at more closely than is promised, as long as tries are left. */
const AIM_LU = 0.4;
/** Rehearsals run the same chain without encoding: a tenth of the cost, so most of the search is done there. */
const TRIES_MAX = { rehearsal: 5, encoding: 3 };
const GAIN_MAX_DB = 45;

export type AudioClass = 'normal' | 'priority' | 'emergency';

export function targetLufs(audioClass: AudioClass): number {
  return audioClass === 'emergency' ? -14 : -16;
}

/** Gain before the compressor and filters up to it: the same in measuring and in encoding. */
export function preparationFilters(sourceLufs: number): string[] {
  const gainDb = clamp(COMPRESSOR_INPUT_LUFS - sourceLufs, -GAIN_MAX_DB, GAIN_MAX_DB);
  return [NORMAL_TIME, HORN_HIGH_PASS, volume(gainDb)];
}

export const compressionFilters = [COMPRESSOR];

/** A faster, harder compressor after the first, for sound whose peaks stand so high that the limiter alone would crush them. */
const SECOND_COMPRESSOR = 'acompressor=threshold=-30dB:ratio=4:attack=1:release=60';
const LIMITER_WORK_MAX_DB = 5.5;

/** What else is to stand before the gain, from the loudness and peak after the first compressor. */
export function planExtraCompression(prepared: EncodedLevel, target: number): string[] {
  const limiterWorkDb = prepared.truePeakDbtp + (target - prepared.loudnessLufs) - FIRST_LIMIT_DB;
  return limiterWorkDb > LIMITER_WORK_MAX_DB ? [SECOND_COMPRESSOR] : [];
}

/** Chime and end tone keep their shape: no high-pass, no compressor. */
export const toneFilters = [NORMAL_TIME];

export interface Trim {
  startMs: number;
  endMs: number;
}

export function planTrim(measured: { durationMs: number; leadingSilenceMs: number; trailingSilenceMs: number }): Trim {
  const { durationMs, leadingSilenceMs, trailingSilenceMs } = measured;
  const startMs = Math.max(0, leadingSilenceMs - KEEP_SILENCE_MS);
  const endMs = Math.min(durationMs, durationMs - trailingSilenceMs + KEEP_SILENCE_MS);
  // All of it lies below the threshold: nothing here tells speech from silence, so nothing is cut.
  return endMs - startMs < KEEP_SILENCE_MS ? { startMs: 0, endMs: durationMs } : { startMs, endMs };
}

export interface Level {
  gainDb: number;
  limitDb: number;
}

export interface EncodedLevel {
  loudnessLufs: number;
  truePeakDbtp: number;
}

export interface Attempt {
  level: Level;
  result: EncodedLevel;
}

export function planFirstLevel(preparedLufs: number, target: number): Level {
  return { gainDb: clamp(target - preparedLufs, -GAIN_MAX_DB, GAIN_MAX_DB), limitDb: FIRST_LIMIT_DB };
}

/** The level for one more try, or undefined where the last is good or the tries are used up. */
export function planCorrection(attempts: readonly Attempt[], target: number, kind: keyof typeof TRIES_MAX): Level | undefined {
  const last = attempts.at(-1);
  if (!last || attempts.length >= TRIES_MAX[kind]) return undefined;
  const missingLu = target - last.result.loudnessLufs;
  const excessDb = last.result.truePeakDbtp - TRUE_PEAK_AIM_DBTP;
  if (Math.abs(missingLu) <= AIM_LU && excessDb <= 0) return undefined;
  // A lower limit takes loudness with it, about a third of what it takes from the peaks.
  const lowerDb = excessDb > 0 ? excessDb + 0.2 : 0;
  const gainDb = last.level.gainDb + (missingLu + lowerDb / 3) * gainPerLu(attempts);
  return {
    gainDb: clamp(gainDb, -GAIN_MAX_DB, GAIN_MAX_DB),
    limitDb: Math.max(LIMIT_MIN_DB, last.level.limitDb - lowerDb),
  };
}

/** With the limiter at work a decibel of gain gives less than one of loudness: how much more it takes, from the last two tries. */
function gainPerLu(attempts: readonly Attempt[]): number {
  const last = attempts.at(-1);
  const before = attempts.at(-2);
  if (!last || !before) return 1.4;
  const moved = last.result.loudnessLufs - before.result.loudnessLufs;
  return Math.abs(moved) < 0.1 ? 2 : clamp((last.level.gainDb - before.level.gainDb) / moved, 1, 5);
}

export function isOnTarget(result: EncodedLevel, target: number): boolean {
  return Math.abs(target - result.loudnessLufs) <= TOLERANCE_LU && result.truePeakDbtp <= TRUE_PEAK_MAX_DBTP;
}

/** A clean peak first (clipping is heard), then the loudness nearest to the target. */
export function chooseAttempt<A extends Attempt>(attempts: readonly A[], target: number): A | undefined {
  const badness = ({ result }: Attempt): number =>
    Math.abs(target - result.loudnessLufs) + 10 * Math.max(0, result.truePeakDbtp - TRUE_PEAK_MAX_DBTP);
  return attempts.reduce<A | undefined>((best, next) => (best && badness(best) <= badness(next) ? best : next), undefined);
}

export function levelFilters(level: Level): string[] {
  const limit = 10 ** (level.limitDb / 20);
  // level=0: the limiter must not lift what it has limited. asc off: a steady release, no pumping between words.
  return [volume(level.gainDb), `alimiter=limit=${limit.toFixed(4)}:attack=2:release=50:level=0`];
}

export function trimFilters(trim: Trim): string[] {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  return [`atrim=start=${seconds(trim.startMs)}:end=${seconds(trim.endMs)}`, 'asetpts=N/SR/TB'];
}

function volume(gainDb: number): string {
  return `volume=${gainDb.toFixed(2)}dB`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
