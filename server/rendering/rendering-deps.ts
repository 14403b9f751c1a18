import type { Logger } from 'pino';
import type { FeedEvent } from '#contract/live-feed.ts';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';
import type { AudioLibrary } from '../media/audio-library.ts';
import type { MediaPrograms } from '../media/probe-programs.ts';
import type { RevisionKey } from './rendering-store.ts';
import type { TtsEngine } from './tts-engine.ts';

/** What one run of a rendering leans on. */
export interface RenderDeps {
  db: Db;
  clock: Clock;
  logger: Logger;
  /** In order of preference: the next one is asked when one is missing or fails. */
  engines: readonly TtsEngine[];
  programs: MediaPrograms;
  audioLibrary: Pick<AudioLibrary, 'put'>;
  /** DATA/work: emptied at start, so nothing of a killed run stays. */
  workFolder: string;
  /** The received file of a finished upload. */
  uploadPath(uploadId: string): string;
  limits: { silentBelowLufs: number; audioMsMax: number };
  /** `areaId`: what the event is about. */
  publish(event: FeedEvent, areaId: string): void;
}

export interface RenderRun {
  signal: AbortSignal;
  reportProgress(percent: number): void;
}

/** The queue, as far as rendering needs it. Neither call may reject. */
export interface RenderQueue {
  enqueue(key: RevisionKey): Promise<unknown>;
  cancel(key: RevisionKey): Promise<unknown>;
}
