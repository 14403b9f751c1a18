import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { Problem } from '../lib/problem.ts';
import type { AudioLibrary } from '../media/audio-library.ts';
import { parseByteRange } from './byte-range-rules.ts';

/** Sends finished audio, whole or the range asked for. Under one hash the bytes never change, so a kept copy is always good. */
export async function sendAudio(
  library: Pick<AudioLibrary, 'open' | 'stat'>,
  audio: { sha256: string; contentType: string },
  request: Request,
  response: Response,
): Promise<void> {
  const { sha256, contentType } = audio;
  const { bytes } = await library.stat(sha256);
  const etag = `"${sha256}"`;
  const wanted = [undefined, etag].includes(request.get('if-range')) ? request.get('range') : undefined;
  const range = parseByteRange(wanted, bytes);
  if (range === 'unsatisfiable') {
    response.set('content-range', `bytes */${bytes}`);
    throw new Problem('range-invalid', { bytes });
  }
  response.set({
    'accept-ranges': 'bytes',
    etag,
    'cache-control': 'private, max-age=31536000, immutable',
    'content-type': contentType,
  });
  const opened = await library.open(sha256, range === 'whole' ? undefined : range);
  response.status(range === 'whole' ? 200 : 206).set('content-length', String(opened.end - opened.start + 1));
  if (range !== 'whole') response.set('content-range', `bytes ${opened.start}-${opened.end}/${bytes}`);
  try {
    if (request.method === 'HEAD') response.end();
    else await pipeline(opened.stream, response);
  } catch (error) {
    // The listener has gone, which is no failure of ours.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    opened.stream.destroy();
  }
}
