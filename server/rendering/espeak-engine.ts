// espeak-ng as a child process: works offline, speaks within a second, sounds like a machine.
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Problem, isProblem } from '../lib/problem.ts';
import { asDiskFull } from '../media/disk-full.ts';
import { type MediaPrograms, defaultPrograms, installOf } from '../media/probe-programs.ts';
import { ProgramFailed, type ProgramRun, runProgram } from '../media/run-program.ts';
import type { Speech, TtsEngine, TtsPresence, TtsRequest, TtsVoice } from './tts-engine.ts';

export const ESPEAK_DEFAULT_VOICE = 'vi';
export const WORDS_PER_MINUTE = { min: 110, max: 200, normal: 150 };

/** The only Vietnamese voices; the northern one keeps the six tones apart, the other two hardly do. */
const VOICES: TtsVoice[] = [
  { id: 'vi', name: 'Giọng Bắc', language: 'vi-VN' },
  { id: 'vi-vn-x-central', name: 'Giọng Trung', language: 'vi-VN' },
  { id: 'vi-vn-x-south', name: 'Giọng Nam', language: 'vi-VN' },
];

const PROBE_TIME_LIMIT_MS = 15_000;
/** 20,000 characters take about two seconds; this is for a machine in trouble. */
const SYNTHESIS_TIME_LIMIT_MS = 120_000;

const WAV_HEAD_BYTES = 44;
const SPEECH_MS_MIN = 50;
/** Three hours of speech. */
const SPEECH_BYTES_MAX = 500_000_000;

type RunExtras = Pick<ProgramRun, 'stdin' | 'signal' | 'stdoutTo'>;

export interface EspeakOptions {
  programs?: MediaPrograms;
  timeLimitMs?: number;
  niceness?: number;
}

export class EspeakEngine implements TtsEngine {
  readonly id = 'espeak-ng';
  readonly #program: string;
  readonly #timeLimitMs: number;
  readonly #niceness: number;

  constructor(options: EspeakOptions = {}) {
    this.#program = (options.programs ?? defaultPrograms).espeakNg;
    this.#timeLimitMs = options.timeLimitMs ?? SYNTHESIS_TIME_LIMIT_MS;
    this.#niceness = options.niceness ?? 10;
  }

  async probe(): Promise<TtsPresence> {
    const absent = { isReady: false, version: null, voices: [], worksOffline: true };
    try {
      const version = await this.#readVersion();
      const list = await this.#run(['--voices=vi'], PROBE_TIME_LIMIT_MS);
      const listed = new Set(list.split('\n').map((line) => line.trim().split(/\s+/)[1]));
      const voices = VOICES.filter((voice) => listed.has(voice.id));
      if (voices.length > 0) return { isReady: true, version, voices, worksOffline: true, reason: null };
      return { ...absent, version, reason: `${this.#program} has no Vietnamese voice; install espeak-ng-data` };
    } catch (error) {
      if (isProblem(error, 'engine-missing')) return { ...absent, reason: `${this.#program} is missing: ${installOf.espeakNg}` };
      if (error instanceof ProgramFailed) return { ...absent, reason: error.message };
      throw error;
    }
  }

  async synthesise(request: TtsRequest): Promise<Speech> {
    const { outFile, signal } = request;
    const { voice, wordsPerMinute, warnings } = settle(request);
    // Without a word it writes a pause and calls that a success.
    if (!/[\p{L}\p{N}]/u.test(request.text)) throw new Problem('tts-failed', { reason: 'no word in the text' });
    try {
      const engineVersion = await this.#readVersion(signal);
      const args = ['-v', voice, '-s', String(wordsPerMinute), '-b', '1', '--stdin', '--stdout'];
      const stdoutTo = createWriteStream(outFile);
      await this.#run(args, this.#timeLimitMs, { stdin: request.text.normalize('NFC'), signal, stdoutTo });
      const { sampleRate, durationMs } = await completeSpeech(outFile);
      return { file: outFile, sampleRate, durationMs, engine: this.id, engineVersion, voice, warnings };
    } catch (error) {
      await rm(outFile, { force: true });
      if (error instanceof ProgramFailed) throw new Problem('tts-failed', { reason: error.message }, { cause: error });
      throw asDiskFull(error, outFile);
    }
  }

  async #readVersion(signal?: AbortSignal): Promise<string> {
    const reply = await this.#run(['--version'], PROBE_TIME_LIMIT_MS, { signal });
    return /text-to-speech:\s+(\S+)/.exec(reply)?.[1] ?? 'unknown';
  }

  async #run(args: string[], timeLimitMs: number, more: RunExtras = {}): Promise<string> {
    const run = { program: this.#program, install: installOf.espeakNg, args, timeLimitMs, niceness: this.#niceness };
    return (await runProgram({ ...run, stdoutMaxBytes: SPEECH_BYTES_MAX, ...more })).stdout;
  }
}

function settle(request: TtsRequest): { voice: string; wordsPerMinute: number; warnings: string[] } {
  const warnings: string[] = [];
  const { min, max, normal } = WORDS_PER_MINUTE;
  const wanted = request.wordsPerMinute ?? normal;
  const wordsPerMinute = Math.round(Math.min(max, Math.max(min, wanted)));
  if (wordsPerMinute !== Math.round(wanted)) warnings.push(`rate ${wanted} is outside ${min}-${max}: ${wordsPerMinute} was used`);
  const isKnown = VOICES.some((voice) => voice.id === request.voice);
  if (request.voice !== undefined && !isKnown)
    warnings.push(`voice ${request.voice} is unknown: ${ESPEAK_DEFAULT_VOICE} was used`);
  return { voice: isKnown && request.voice ? request.voice : ESPEAK_DEFAULT_VOICE, wordsPerMinute, warnings };
}

/**
 * The bytes come to us by a pipe, because espeak-ng itself ends with 0 and a matching header when the disk fills up under it.
 * In a pipe it can't go back to write the sizes into the header: that is done here.
 */
async function completeSpeech(file: string): Promise<{ sampleRate: number; durationMs: number }> {
  await using handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const head = Buffer.alloc(WAV_HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, WAV_HEAD_BYTES, 0);
  const isWav =
    bytesRead === WAV_HEAD_BYTES && head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 36, 40) === 'data';
  if (!isWav) throw new Problem('tts-failed', { reason: 'no sound was made', bytes: size });
  head.writeUInt32LE(size - 8, 4);
  head.writeUInt32LE(size - WAV_HEAD_BYTES, 40);
  await handle.write(head, 0, WAV_HEAD_BYTES, 0);
  const durationMs = Math.round(((size - WAV_HEAD_BYTES) * 1000) / head.readUInt32LE(28));
  // Where nothing can be spoken it still writes a few milliseconds.
  if (durationMs < SPEECH_MS_MIN) throw new Problem('tts-failed', { reason: 'nothing in the text can be spoken' });
  return { sampleRate: head.readUInt32LE(24), durationMs };
}
