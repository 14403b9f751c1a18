/**
 * Judges whether a recording is a given sound: by the shape of its loudness over time, in three bands.
 *
 * Measured on espeak-ng speech: the same sound through a null sink > 0.98; the same voice reading another text 0.2 – 0.35; half of it silent
 * 0.5; the last third silent 0.66; the last tenth silent 0.90. So 0.95 and more is "this sound, whole"; how much was played, counts too.
 * A correlation says nothing of loudness: ask `rmsDbfs` as well.
 */

export interface EnvelopeMatch {
  /** Mean over the bands of the Pearson correlation of the log envelopes, -1 … 1, at the best lag. */
  correlation: number;
  /** How much later the recording is. */
  lagMs: number;
}

/** Frames are 20 ms long; the recording's may begin every 5 ms, since a lag between two frames would cost correlation. */
const HOP_MS = 5;
const HOPS_A_FRAME = 4;
const BAND_RATE = 16_000;
/** Where speech through a horn lives: voice fundamentals and first formants, vowels, consonants. */
const BANDS_HZ = [
  { fromHz: 180, toHz: 700 },
  { fromHz: 700, toHz: 2_000 },
  { fromHz: 2_000, toHz: 5_000 },
];
/**
 * Levels more than this below the reference's loudest frame of a band count as equal. Without it the noise of two silences would be
 * compared, and a pause would weigh as much as a word. Both sides share the floor, so that what is missing in one shows.
 */
const FLOOR_BELOW_PEAK_DB = 40;
/** Below this nothing is sound, whatever the peak. */
const FLOOR_MIN_DBFS = -75;
export const SILENT_DBFS = -120;

export function rmsDbfs(samples: Float32Array): number {
  if (samples.length === 0) return SILENT_DBFS;
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.max(SILENT_DBFS, 10 * Math.log10(energy / samples.length));
}

/**
 * `recording` should begin where the reference is expected to begin; it may be longer or shorter by the lag. Where the recording has no
 * samples it counts as silent.
 */
export function envelopeCorrelation(
  reference: Float32Array,
  recording: Float32Array,
  sampleRate: number,
  { lagMaxMs = 500 }: { lagMaxMs?: number } = {},
): EnvelopeMatch {
  // A lower rate holds all that the bands need, and costs less.
  const step = Math.max(1, Math.floor(sampleRate / BAND_RATE));
  const sides = [reference, recording].map((samples) => bandEnvelopes(decimate(samples, step), sampleRate / step));
  const [expected, heard] = sides as [Float64Array[], Float64Array[]];
  const lagMaxHops = Math.round(lagMaxMs / HOP_MS);
  let best: EnvelopeMatch = { correlation: Number.NEGATIVE_INFINITY, lagMs: 0 };
  for (let lag = -lagMaxHops; lag <= lagMaxHops; lag++) {
    const sum = expected.reduce((total, levels, band) => total + pearson(levels, heard[band] as Float64Array, lag), 0);
    const correlation = sum / expected.length;
    if (correlation > best.correlation) best = { correlation, lagMs: lag * HOP_MS };
  }
  return best;
}

/**
 * How much later (ms, to about 0.2) the beginning of `reference` stands in `recording` than at its first sample: the peak of the
 * normalised cross-correlation. Undefined when no place resembles it.
 */
export function findStartLag(
  reference: Float32Array,
  recording: Float32Array,
  sampleRate: number,
  { headMs = 2_000, lagMinMs = -500, lagMaxMs = 500, recordingBeginsMs = 0 }: StartLagOptions = {},
): number | undefined {
  const coarse = Math.max(1, Math.floor(sampleRate / COARSE_RATE));
  const head = reference.subarray(0, Math.round((headMs * sampleRate) / 1_000));
  const shift = Math.round((recordingBeginsMs * sampleRate) / 1_000);
  const first = Math.round((lagMinMs * sampleRate) / 1_000) - shift;
  const last = Math.round((lagMaxMs * sampleRate) / 1_000) - shift;
  const rough = bestPlace(
    decimate(head, coarse),
    decimate(recording, coarse),
    Math.floor(first / coarse),
    Math.ceil(last / coarse),
  );
  if (rough.likeness < LIKENESS_MIN) return undefined;
  // Ten samples of 48 kHz are 0.2 ms; around the rough place each is tried.
  const middle = rough.place * coarse;
  const fineStep = Math.max(1, Math.floor(sampleRate / FINE_RATE));
  const fine = bestPlace(
    decimate(head, fineStep),
    decimate(recording, fineStep),
    Math.floor((middle - 2 * coarse) / fineStep),
    Math.ceil((middle + 2 * coarse) / fineStep),
  );
  return ((fine.place * fineStep + shift) * 1_000) / sampleRate;
}

export interface StartLagOptions {
  headMs?: number;
  lagMinMs?: number;
  lagMaxMs?: number;
  /** Where the recording's first sample stands relative to the instant from which the lag is counted; negative for one begun earlier. */
  recordingBeginsMs?: number;
}

const COARSE_RATE = 3_000;
const FINE_RATE = 12_000;
const LIKENESS_MIN = 0.3;

/** One log envelope a band, floored by the side's own peak: the gain of the output is unknown and does not matter here. */
function bandEnvelopes(samples: Float32Array, sampleRate: number): Float64Array[] {
  return BANDS_HZ.map(({ fromHz, toHz }) => floored(envelopeDb(samples, sampleRate, fromHz, toHz)));
}

/** Level in dB of each frame, one every hop, after one high-pass and one low-pass section of second order. */
function envelopeDb(samples: Float32Array, sampleRate: number, fromHz: number, toHz: number): Float64Array {
  const high = biquad('high', fromHz, sampleRate);
  const low = biquad('low', toHz, sampleRate);
  const hopLength = Math.round((HOP_MS * sampleRate) / 1_000);
  const energies = new Float64Array(Math.floor(samples.length / hopLength));
  for (let hop = 0; hop < energies.length; hop++) {
    let energy = 0;
    for (let index = hop * hopLength; index < (hop + 1) * hopLength; index++) {
      const value = low(high(samples[index] as number));
      energy += value * value;
    }
    energies[hop] = energy / hopLength;
  }
  return Float64Array.from({ length: Math.max(0, energies.length - HOPS_A_FRAME + 1) }, (_, hop) => {
    let energy = 0;
    for (let index = hop; index < hop + HOPS_A_FRAME; index++) energy += energies[index] as number;
    return Math.max(SILENT_DBFS, 10 * Math.log10(energy / HOPS_A_FRAME));
  });
}

function biquad(kind: 'high' | 'low', cutHz: number, sampleRate: number): (sample: number) => number {
  const angle = (2 * Math.PI * Math.min(cutHz, sampleRate * 0.45)) / sampleRate;
  const cosine = Math.cos(angle);
  const alpha = Math.sin(angle) / Math.SQRT2;
  const a0 = 1 + alpha;
  const b1 = (kind === 'low' ? 1 - cosine : -(1 + cosine)) / a0;
  const b0 = Math.abs(b1) / 2;
  const a1 = (-2 * cosine) / a0;
  const a2 = (1 - alpha) / a0;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return (sample) => {
    const result = b0 * sample + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = sample;
    y2 = y1;
    y1 = result;
    return result;
  };
}

function floored(levels: Float64Array): Float64Array {
  const peak = levels.reduce((most, level) => Math.max(most, level), SILENT_DBFS);
  const floor = Math.max(FLOOR_MIN_DBFS, peak - FLOOR_BELOW_PEAK_DB);
  return levels.map((level) => Math.max(floor, level));
}

/** Over all frames of the reference; where the recording has none it is at its floor. A side without any variation gives 0. */
function pearson(expected: Float64Array, heard: Float64Array, lagHops: number): number {
  if (heard.length === 0) return 0;
  const silence = heard.reduce((least, level) => Math.min(least, level), 0);
  let [frames, sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0, 0];
  for (let hop = 0; hop < expected.length; hop += HOPS_A_FRAME, frames++) {
    const x = expected[hop] as number;
    const y = heard[hop + lagHops] ?? silence;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
    sumXY += x * y;
  }
  if (frames === 0) return 0;
  const spread = Math.sqrt(Math.max(0, sumXX - (sumX * sumX) / frames) * Math.max(0, sumYY - (sumY * sumY) / frames));
  return spread < 1e-6 ? 0 : (sumXY - (sumX * sumY) / frames) / spread;
}

/** Box average: enough of a low-pass for comparing two signals treated alike. */
function decimate(samples: Float32Array, step: number): Float32Array {
  const result = new Float32Array(Math.floor(samples.length / step));
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (let offset = 0; offset < step; offset++) sum += samples[index * step + offset] as number;
    result[index] = sum / step;
  }
  return result;
}

function bestPlace(
  head: Float32Array,
  recording: Float32Array,
  first: number,
  last: number,
): { place: number; likeness: number } {
  const headEnergy = head.reduce((sum, sample) => sum + sample * sample, 0);
  let best = { place: first, likeness: 0 };
  for (let place = first; place <= last; place++) {
    let product = 0;
    let energy = 0;
    const from = Math.max(0, -place);
    const to = Math.min(head.length, recording.length - place);
    for (let index = from; index < to; index++) {
      const heard = recording[place + index] as number;
      product += (head[index] as number) * heard;
      energy += heard * heard;
    }
    const likeness = energy > 0 && headEnergy > 0 ? product / Math.sqrt(energy * headEnergy) : 0;
    if (likeness > best.likeness) best = { place, likeness };
  }
  return best;
}
