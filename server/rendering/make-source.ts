import { join } from 'node:path';
import type { UnknownToken } from '#contract/bulletin.ts';
import { listDictionary } from '../areas/dictionary-store.ts';
import type { StoredBulletin } from '../bulletins/bulletin-store.ts';
import { getUpload } from '../bulletins/upload-store.ts';
import { instantOf } from '../lib/clock.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import type { AudioInput } from '../media/ffmpeg.ts';
import { hashFile } from '../media/hash-file.ts';
import { sniffFile } from '../media/read-declared-length.ts';
import { normaliseText } from './normalise-text-rules.ts';
import type { RenderDeps } from './rendering-deps.ts';
import type { Speech, TtsRequest } from './tts-engine.ts';

/** What is made into finished audio, and whose voice it is; nobody's for a recording. */
export interface Source {
  input: AudioInput;
  engine: string | null;
  engineVersion: string | null;
  voice: string | null;
}

export async function makeSpokenText(
  deps: Pick<RenderDeps, 'db' | 'clock'>,
  bulletin: Pick<StoredBulletin, 'areaId' | 'text'>,
): Promise<{ spoken: string; unknownTokens: UnknownToken[] }> {
  const dictionary = await listDictionary(deps.db, bulletin.areaId, instantOf(deps.clock.now()));
  return normaliseText(bulletin.text ?? '', dictionary);
}

export async function speak(
  deps: Pick<RenderDeps, 'engines' | 'limits' | 'logger'>,
  bulletin: Pick<StoredBulletin, 'bulletinId' | 'voice' | 'wordsPerMinute'>,
  text: string,
  folder: string,
  signal: AbortSignal,
): Promise<Source> {
  const { voice, wordsPerMinute, bulletinId } = bulletin;
  const request = { text, voice, wordsPerMinute, signal, outFile: join(folder, 'speech.wav') };
  const speech = await speakWithFirstReady(deps, request);
  if (speech.warnings.length > 0) deps.logger.info({ bulletinId, warnings: speech.warnings }, 'speech with reservations');
  if (speech.durationMs > deps.limits.audioMsMax) throw new Problem('audio-too-long', { maxMs: deps.limits.audioMsMax });
  const { engine, engineVersion } = speech;
  return { input: { file: speech.file, container: 'wav' }, engine, engineVersion, voice: speech.voice };
}

/** The refusal of the most wanted engine is the one that is told: it is the one to be mended. */
async function speakWithFirstReady(deps: Pick<RenderDeps, 'engines' | 'logger'>, request: TtsRequest): Promise<Speech> {
  let first: Problem | undefined;
  for (const engine of deps.engines) {
    try {
      return await engine.synthesise(request);
    } catch (error) {
      if (!isProblem(error, 'engine-missing') && !isProblem(error, 'tts-failed')) throw error;
      deps.logger.warn({ engine: engine.id, err: error }, 'an engine could not speak');
      first ??= error;
    }
  }
  throw first ?? new Problem('engine-missing', { program: 'espeak-ng', install: 'apt-get install espeak-ng' });
}

/** The file as it was looked at when it came; one that has changed since is not aired. */
export async function takeRecording(deps: Pick<RenderDeps, 'db' | 'uploadPath'>, uploadId: string): Promise<Source> {
  const upload = await getUpload(deps.db, uploadId);
  if (upload.state !== 'finished') throw new Problem('upload-not-finished', { uploadId });
  const file = deps.uploadPath(uploadId);
  const sha256 = await hashFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Problem('upload-unknown', { uploadId }, { cause: error });
    throw error;
  });
  if (sha256 !== upload.sha256) throw new Problem('media-altered', { uploadId });
  const sniff = await sniffFile(file);
  if (!sniff) throw new Problem('audio-not-audio');
  return { input: { file, container: sniff.container }, engine: null, engineVersion: null, voice: null };
}
