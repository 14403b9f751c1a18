// Opening chime and end tone as stored assets of an airing, through the same encoders as speech.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaJob } from './ffmpeg.ts';
import { type Rendition, makeRendition } from './make-rendition.ts';
import { TONE_RATE, synthesiseEndTone, synthesiseOpeningChime } from './signal-tone-rules.ts';
import { encodeWav } from './wav-rules.ts';
import { withWorkFolder } from './work-folder.ts';

/** Softer than speech: a pure tone at equal loudness is felt as louder, and the chime only calls for attention. */
const TONE_LUFS = -20;

export interface SignalTones {
  openingChime: Rendition;
  endTone: Rendition;
}

/** The finished files stand in `folder`. */
export async function makeSignalTones(folder: string, job: MediaJob): Promise<SignalTones> {
  const openingChime = await makeTone(synthesiseOpeningChime(), folder, job);
  const endTone = await makeTone(synthesiseEndTone(), folder, job);
  return { openingChime, endTone };
}

function makeTone(samples: Float32Array, folder: string, job: MediaJob): Promise<Rendition> {
  return withWorkFolder(folder, async (workFolder) => {
    const file = join(workFolder, 'tone.wav');
    await writeFile(file, encodeWav(samples, TONE_RATE));
    const source = { file, container: 'wav' } as const;
    return await makeRendition({ source, folder, targetLufs: TONE_LUFS, silentBelowLufs: -70, treatment: 'tone' }, job);
  });
}
