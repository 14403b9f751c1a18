// Looks at a file of unknown origin before anything else does, and refuses what could not be aired as it is.
import { stat } from 'node:fs/promises';
import { Problem } from '../lib/problem.ts';
import {
  type AudioLimits,
  type DeclaredLength,
  type Refusal,
  checkDeclared,
  checkDecoded,
  checkName,
  cutOff,
} from './audio-check-rules.ts';
import { type Container, isCodecAccepted } from './container-rules.ts';
import {
  type AudioInput,
  type EncodeJob,
  type MeasuredAudio,
  type ProbedAudio,
  measureAudio,
  probeAudioStream,
} from './ffmpeg.ts';
import { HORN_HIGH_PASS, NORMAL_TIME } from './plan-audio-rules.ts';
import { readDeclaredLength, sniffFile } from './read-declared-length.ts';
import { ProgramFailed } from './run-program.ts';

export interface ProbeRequest {
  file: string;
  /** As the uploader named it; its ending must fit the content. Without one only the content counts. */
  fileName?: string | undefined;
  limits: AudioLimits;
}

export interface InspectedAudio {
  container: Container;
  codec: string;
  sampleRate: number;
  channels: number;
  bytes: number;
  /** `absent`: this file does not tell its length, so a missing end could not have been noticed. */
  lengthDeclared: 'present' | 'absent';
  declaredMs: number | null;
  decodedMs: number;
  /** Of what a horn can give: mono, above 180 Hz. */
  loudnessLufs: number;
  truePeakDbtp: number;
}

/** Read this much beyond the limit, to tell "just at it" from "over it". */
const OVER_LIMIT_MS = 1_000;

export async function probeAudio(request: ProbeRequest, job: EncodeJob): Promise<InspectedAudio> {
  const { file, fileName, limits } = request;
  const { size: bytes } = await stat(file);
  if (bytes === 0) throw new Problem('audio-empty');
  const sniff = await sniffFile(file);
  if (!sniff) throw new Problem('audio-not-audio');
  const { container } = sniff;
  const input = { file, container };
  refuse(checkName(fileName, container));
  const declared = await readDeclaredLength(file, sniff);
  refuse(checkDeclared(declared, limits));

  const stream = await readStream(input, declared, job);
  const measured = await decode(input, declared, limits, { ...job, expectedMs: declared.declaredMs });
  refuse(checkDecoded(declared, measured, limits));
  return {
    container,
    codec: stream.codec,
    sampleRate: stream.sampleRate,
    channels: stream.channels,
    bytes,
    lengthDeclared: declared.declaredMs === undefined ? 'absent' : 'present',
    declaredMs: declared.declaredMs ?? null,
    decodedMs: measured.durationMs,
    loudnessLufs: measured.loudnessLufs,
    truePeakDbtp: measured.truePeakDbtp,
  };
}

async function readStream(input: AudioInput, declared: DeclaredLength, job: EncodeJob): Promise<ProbedAudio> {
  const stream = await probeAudioStream(input, job).catch((error: unknown) => throwUnreadable(error, declared));
  if (!stream || !isCodecAccepted(stream.codec)) throw new Problem('audio-not-audio', stream ? { codec: stream.codec } : {});
  return stream;
}

function decode(input: AudioInput, declared: DeclaredLength, limits: AudioLimits, job: EncodeJob): Promise<MeasuredAudio> {
  const request = { filters: [NORMAL_TIME, HORN_HIGH_PASS], readAtMostMs: limits.audioMsMax + OVER_LIMIT_MS };
  return measureAudio(input, request, job).catch((error: unknown) => throwUnreadable(error, declared));
}

/** A program that gave up on the file judged the file; one that was killed or ran out of time did not. */
function throwUnreadable(error: unknown, declared: DeclaredLength): never {
  if (!(error instanceof ProgramFailed) || error.reason !== 'exit-code') throw error;
  if (!declared.isCutOff) throw new Problem('audio-not-audio', {}, { cause: error });
  const { code, params } = cutOff(0, declared);
  throw new Problem(code, params, { cause: error });
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal) throw new Problem(refusal.code, refusal.params);
}
