// Finished audio for the field from a source file: Ogg/Opus and MP3, on target, measured as a receiver will decode them.
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../lib/problem.ts';
import type { Container } from './container-rules.ts';
import {
  type AudioInput,
  type EncodeJob,
  type MeasuredAudio,
  type MediaJob,
  type RenditionCodec,
  encodeAudio,
  measureAudio,
} from './ffmpeg.ts';
import { hashFile } from './hash-file.ts';
import {
  type Attempt,
  type Level,
  SILENCE_DBFS,
  type Trim,
  HORN_HIGH_PASS,
  NORMAL_TIME,
  chooseAttempt,
  compressionFilters,
  isOnTarget,
  levelFilters,
  planCorrection,
  planExtraCompression,
  planFirstLevel,
  planTrim,
  preparationFilters,
  toneFilters,
  trimFilters,
} from './plan-audio-rules.ts';
import { ProgramFailed, throwIfAborted } from './run-program.ts';
import { withWorkFolder } from './work-folder.ts';

export interface RenditionRequest {
  source: AudioInput;
  /** Holds the work files and the result; on failure nothing of ours stays in it. */
  folder: string;
  /** Integrated, EBU R128; see `targetLufs`. */
  targetLufs: number;
  /** A source quieter than this is refused rather than lifted out of its noise. */
  silentBelowLufs: number;
  /** `tone` keeps level and shape but for one gain: no high-pass, compressor or trimming. */
  treatment?: 'speech' | 'tone';
  onPercent?: (percent: number) => void;
}

export interface EncodedAudio {
  file: string;
  container: Container;
  bytes: number;
  sha256: string;
  /** Of the decoded file, from its sample count. */
  durationMs: number;
  samples: number;
  loudnessLufs: number;
  truePeakDbtp: number;
}

export interface Rendition {
  opus: EncodedAudio;
  mp3: EncodedAudio;
  /** False where three encodings did not reach ± 1 LU and −1 dBTP: the nearest one is handed over, with its measured values. */
  isOnTarget: boolean;
}

/** How far the decoded result may differ from what was put in: encoders pad by less than two frames. */
const DURATION_TOLERANCE_MS = 100;

export async function makeRendition(request: RenditionRequest, job: MediaJob): Promise<Rendition> {
  try {
    return await withWorkFolder(request.folder, (workFolder) => renderIn(workFolder, request, job));
  } catch (error) {
    throw failureOf(error);
  }
}

/** A program that gave up judged its input; one that was killed or ran out of time may be tried again. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof ProgramFailed) || error.reason !== 'exit-code') return error;
  return new Problem('encode-failed', { reason: error.message }, { cause: error });
}

interface Preparation {
  filters: string[];
  trim: Trim;
  loudnessLufs: number;
}

async function renderIn(workFolder: string, request: RenditionRequest, job: MediaJob): Promise<Rendition> {
  const report = risingPercent(request.onPercent);
  const prepared = await prepare(request, { ...job, onPercent: (percent) => report(percent * 0.15) });
  report(15);
  const first = await rehearse(request, prepared, { ...job, expectedMs: undefined });
  report(25);
  const opus = await encodeOnTarget('opus', workFolder, request, prepared, first, {
    ...job,
    onPercent: (percent) => report(25 + percent * 0.5),
  });
  report(75);
  const mp3 = await encodeOnTarget('mp3', workFolder, request, prepared, opus.level, {
    ...job,
    onPercent: (percent) => report(75 + percent * 0.24),
  });
  const encoded = { opus: await describe(opus, 'ogg'), mp3: await describe(mp3, 'mp3') };
  await moveTo(request.folder, Object.values(encoded), job.signal);
  report(100);
  return { ...encoded, isOnTarget: [opus, mp3].every(({ result }) => isOnTarget(result, request.targetLufs)) };
}

async function prepare(request: RenditionRequest, job: EncodeJob): Promise<Preparation> {
  const { source, silentBelowLufs } = request;
  const isTone = request.treatment === 'tone';
  const raw = await measureAudio(source, { filters: isTone ? toneFilters : [NORMAL_TIME, HORN_HIGH_PASS] }, job);
  if (raw.samples === 0) throw new Problem('audio-empty');
  if (raw.loudnessLufs < silentBelowLufs) throw new Problem('audio-silent', { loudnessLufs: raw.loudnessLufs, silentBelowLufs });
  if (isTone) return { filters: toneFilters, trim: { startMs: 0, endMs: raw.durationMs }, loudnessLufs: raw.loudnessLufs };

  const timed = { ...job, expectedMs: raw.durationMs };
  const leading = preparationFilters(raw.loudnessLufs);
  const edges = await measureAudio(source, { filters: leading, silenceDbfs: SILENCE_DBFS }, timed);
  const filters = [...leading, ...compressionFilters];
  const once = await measureAudio(source, { filters }, timed);
  const extra = planExtraCompression(once, request.targetLufs);
  if (extra.length === 0) return { filters, trim: planTrim(edges), loudnessLufs: once.loudnessLufs };
  filters.push(...extra);
  const twice = await measureAudio(source, { filters }, timed);
  return { filters, trim: planTrim(edges), loudnessLufs: twice.loudnessLufs };
}

/** Finds the level by running the chain to nothing, so that the costly encoding is right the first time. */
async function rehearse(request: RenditionRequest, prepared: Preparation, job: EncodeJob): Promise<Level> {
  const attempts: Attempt[] = [];
  const first = planFirstLevel(prepared.loudnessLufs, request.targetLufs);
  for (let level: Level | undefined = first; level; level = planCorrection(attempts, request.targetLufs, 'rehearsal')) {
    const filters = [...prepared.filters, ...levelFilters(level), ...trimFilters(prepared.trim)];
    attempts.push({ level, result: await measureAudio(request.source, { filters }, job) });
  }
  return chooseAttempt(attempts, request.targetLufs)?.level ?? first;
}

interface EncodingAttempt extends Attempt {
  file: string;
  result: MeasuredAudio;
}

async function encodeOnTarget(
  codec: RenditionCodec,
  workFolder: string,
  request: RenditionRequest,
  prepared: Preparation,
  firstLevel: Level,
  job: EncodeJob,
): Promise<EncodingAttempt> {
  const expectedMs = prepared.trim.endMs - prepared.trim.startMs;
  const container = codec === 'opus' ? 'ogg' : 'mp3';
  const attempts: EncodingAttempt[] = [];
  for (let level: Level | undefined = firstLevel; level; level = planCorrection(attempts, request.targetLufs, 'encoding')) {
    const file = join(workFolder, `${attempts.length}.${codec}`);
    const filters = [...prepared.filters, ...levelFilters(level), ...trimFilters(prepared.trim)];
    await encodeAudio(codec, request.source, file, filters, { ...job, expectedMs });
    const result = await measureAudio({ file, container }, { filters: [NORMAL_TIME] }, { ...job, onPercent: undefined });
    // Also how a disk shows that filled up without the encoder noticing.
    if (Math.abs(result.durationMs - expectedMs) > DURATION_TOLERANCE_MS) {
      throw new Problem('encode-failed', { reason: 'length differs', expectedMs, encodedMs: result.durationMs });
    }
    attempts.push({ level, result, file });
  }
  const chosen = chooseAttempt(attempts, request.targetLufs);
  if (!chosen) throw new Error('at least one encoding is always made');
  return chosen;
}

async function describe(attempt: EncodingAttempt, container: Container): Promise<EncodedAudio> {
  const { file, result } = attempt;
  const { durationMs, samples, loudnessLufs, truePeakDbtp } = result;
  const { size: bytes } = await stat(file);
  return { file, container, bytes, sha256: await hashFile(file), durationMs, samples, loudnessLufs, truePeakDbtp };
}

/** Out of the work folder, the last step: both or none. */
async function moveTo(folder: string, encoded: EncodedAudio[], signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  const moved: string[] = [];
  try {
    for (const audio of encoded) {
      const file = join(folder, `${audio.sha256}.${audio.container === 'ogg' ? 'opus' : audio.container}`);
      await rename(audio.file, file);
      moved.push(file);
      audio.file = file;
    }
  } catch (error) {
    for (const file of moved) await rm(file, { force: true });
    throw error;
  }
}

/** Encoding again starts a stage over; the figure shown stands still meanwhile and never falls. */
function risingPercent(onPercent: ((percent: number) => void) | undefined): (percent: number) => void {
  let highest = -1;
  return (percent) => {
    const whole = Math.floor(percent);
    if (whole > highest) onPercent?.((highest = whole));
  };
}
