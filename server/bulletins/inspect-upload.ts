import { hashFile } from '../media/hash-file.ts';
import type { MediaJob } from '../media/ffmpeg.ts';
import { probeAudio } from '../media/probe-audio.ts';
import { isProblem } from '../lib/problem.ts';
import type { Finding, StoredUpload } from './upload-store.ts';

export interface AudioLimits {
  audioMsMax: number;
  silentBelowLufs: number;
}

/**
 * What a whole recording is. A refusal is a finding about the file; what keeps us from looking at it (a missing program, a
 * full disk) is thrown, and it is looked at again later.
 */
export async function inspectUpload(
  upload: Pick<StoredUpload, 'fileName'>,
  file: string,
  limits: AudioLimits,
  job: MediaJob,
): Promise<Finding> {
  try {
    const audio = await probeAudio({ file, fileName: upload.fileName, limits }, job);
    return {
      state: 'finished',
      lengthDeclared: audio.lengthDeclared === 'present' ? 'declared' : 'absent',
      durationMs: audio.decodedMs,
      sha256: await hashFile(file),
    };
  } catch (error) {
    if (isProblem(error) && error.code.startsWith('audio-')) {
      return { state: 'refused', problem: { code: error.code, params: error.params } };
    }
    throw error;
  }
}
