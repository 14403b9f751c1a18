import { spawn } from 'node:child_process';
import { envelopeCorrelation, findStartLag, rmsDbfs } from '../../edge-agent/audio/envelope-rules.ts';
import type { ReceiptBody } from '#contract/receipt.ts';
import type { Recording } from './sound-card.ts';

const RATE = 48_000;

export interface SentAudio {
  /** Decoded at 48 kHz, mono. */
  samples: Float32Array;
  durationMs: number;
}

/** A rendition as a receiver decodes it. */
export async function decodeAudio(file: string): Promise<SentAudio> {
  const args = ['-hide_banner', '-loglevel', 'error', '-i', file, '-f', 'f32le', '-ac', '1', '-ar', String(RATE), 'pipe:1'];
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 4)));
  return { samples, durationMs: Math.round((samples.length / RATE) * 1000) };
}

export interface SoundVerdict {
  /** The least over all spans of all soundings; an interrupted sounding has two. */
  recordedCorrelation: number;
  recordedLevelDb: number;
  /** Largest difference between the level of a span and that of the same span of the rendition. */
  levelOffDb: number;
  playedMs: number;
}

type Ended = Extract<ReceiptBody, { kind: 'sounding-ended' }>;
const SPAN_MIN_MS = 1_000;

/** Holds what the receipts say sounded against what was recorded at the loudspeaker. */
export function judgeSoundings(recording: Recording, soundings: readonly Ended[], sent: readonly SentAudio[]): SoundVerdict {
  const verdict = { recordedCorrelation: 1, levelOffDb: 0, playedMs: 0 };
  let energy = 0;
  let lengthMs = 0;
  for (const sounding of soundings) {
    const audio = sent[sounding.item];
    if (!audio) throw new Error(`a receipt speaks of item ${sounding.item}, which was not sent`);
    verdict.playedMs += sounding.playedMs;
    for (const span of sounding.spans) {
      if (span.toMs - span.fromMs < SPAN_MIN_MS) continue;
      const expected = cut(audio.samples, span.fromMs, span.toMs);
      const startedAtMs = Date.parse(span.startedAt);
      const heard = recording.samples(startedAtMs, startedAtMs + span.toMs - span.fromMs);
      const { correlation } = envelopeCorrelation(expected, heard, RATE, { lagMaxMs: 500 });
      verdict.recordedCorrelation = Math.min(verdict.recordedCorrelation, correlation);
      const levelDb = rmsDbfs(heard);
      verdict.levelOffDb = Math.max(verdict.levelOffDb, Math.abs(levelDb - rmsDbfs(expected)));
      energy += 10 ** (levelDb / 10) * (span.toMs - span.fromMs);
      lengthMs += span.toMs - span.fromMs;
    }
  }
  if (lengthMs === 0) return { recordedCorrelation: 0, recordedLevelDb: -120, levelOffDb: 120, playedMs: verdict.playedMs };
  return { ...verdict, recordedLevelDb: 10 * Math.log10(energy / lengthMs) };
}

/** Signed: how much later than `startsAtMs` the first two seconds of the sent audio stand in the recording. Null: not found. */
export function measureStartError(recording: Recording, first: SentAudio, startsAtMs: number): number | null {
  const beginsMs = -1_000;
  const heard = recording.samples(startsAtMs + beginsMs, startsAtMs + 4_000);
  const lagMs = findStartLag(first.samples, heard, RATE, {
    headMs: 2_000,
    lagMinMs: -900,
    lagMaxMs: 1_500,
    recordingBeginsMs: beginsMs,
  });
  return lagMs === undefined ? null : lagMs;
}

function cut(samples: Float32Array, fromMs: number, toMs: number): Float32Array {
  return samples.subarray(Math.round((fromMs * RATE) / 1000), Math.round((toMs * RATE) / 1000));
}
