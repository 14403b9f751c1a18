import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { Problem } from '../lib/problem.ts';
import type { AudioLibrary } from '../media/audio-library.ts';

/** Streams a file of the library, whole or one range of it; its hash is its ETag, so it never changes. */
export async function sendAudio(request: Request, response: Response, library: AudioLibrary, sha256: string): Promise<void> {
  const { bytes } = await library.stat(sha256);
  const ranges = request.range(bytes, { combine: true });
  if (ranges === -1) {
    response.set('content-range', `bytes */${bytes}`);
    throw new Problem('range-invalid', { bytes });
  }
  const range = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
  const opened = await library.open(sha256, range);
  response.status(range ? 206 : 200).set({
    'content-type': 'application/octet-stream',
    'content-length': String(opened.end - opened.start + 1),
    'accept-ranges': 'bytes',
    etag: `"${sha256}"`,
    'cache-control': 'private, max-age=31536000, immutable',
    ...(range ? { 'content-range': `bytes ${opened.start}-${opened.end}/${bytes}` } : {}),
  });
  await pipeline(opened.stream, response).catch((error: NodeJS.ErrnoException) => {
    // The reader went away in the midst: it comes back with a range.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
