import { z } from 'zod';
import { MediaReference } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';
import { getState, setState } from '../database/server-state-store.ts';
import type { AudioLibrary } from './audio-library.ts';
import type { MediaJob } from './ffmpeg.ts';
import { makeSignalTones } from './make-signal-tones.ts';
import { withWorkFolder } from './work-folder.ts';

const Tones = z.object({ chime: MediaReference, endTone: MediaReference });
export type Tones = z.infer<typeof Tones>;

/** The opening chime and end tone of this installation: made once, then kept in the library like any other sound. */
export async function readSignalTones(deps: {
  db: Db;
  library: AudioLibrary;
  workFolder: string;
  job: MediaJob;
}): Promise<Tones> {
  const stored = Tones.nullable().parse(JSON.parse((await getState(deps.db, 'signal-tones')) ?? 'null'));
  if (stored && (await deps.library.has(stored.chime.sha256)) && (await deps.library.has(stored.endTone.sha256))) return stored;
  return withWorkFolder(deps.workFolder, async (folder) => {
    const made = await makeSignalTones(folder, deps.job);
    const tones = {
      chime: await keep(deps.library, made.openingChime.opus),
      endTone: await keep(deps.library, made.endTone.opus),
    };
    await setState(deps.db, 'signal-tones', JSON.stringify(tones));
    return tones;
  });
}

async function keep(
  library: AudioLibrary,
  audio: { file: string; sha256: string; bytes: number; durationMs: number },
): Promise<MediaReference> {
  await library.put(audio.file, audio.sha256);
  const { sha256, bytes, durationMs } = audio;
  return { sha256, bytes, durationMs, codec: 'opus' };
}
