import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Bulletin, Rendition } from '#contract/bulletin.ts';
import { listDictionary } from '../areas/dictionary-store.ts';
import { type Route, route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import type { AudioLibrary } from '../media/audio-library.ts';
import { parseByteRange } from './byte-range-rules.ts';
import { type CancelDeps, cancelRendering } from './cancel-rendering.ts';
import { checkText, type TextLimits } from './normalise-check-rules.ts';
import { normaliseText } from './normalise-text-rules.ts';
import { findRenditionCodec } from './rendition-store.ts';

const CONTENT_TYPE: Record<Rendition['codec'], string> = { opus: 'audio/ogg; codecs=opus', mp3: 'audio/mpeg' };

export interface RenderingRoutesDeps extends CancelDeps {
  audioLibrary: Pick<AudioLibrary, 'open' | 'stat'>;
  limits: TextLimits;
  readBulletin(bulletinId: string): Promise<Bulletin>;
}

export function renderingRoutes(deps: RenderingRoutesDeps): Route[] {
  return [
    route('normaliseText', async ({ body }) => {
      const dictionary = await listDictionary(deps.db, body.areaId, instantOf(deps.clock.now()));
      return normaliseText(tidyText(body.text, deps.limits), dictionary);
    }),
    route('cancelRendering', async ({ caller, params }) => {
      await cancelRendering(deps, caller, params.bulletinId);
      return deps.readBulletin(params.bulletinId);
    }),
    route('readRendition', async ({ params, request, response }) => {
      const codec = await findRenditionCodec(deps.db, params.bulletinId, params.sha256);
      if (!codec) throw new Problem('media-unknown', { sha256: params.sha256 });
      await sendAudio(deps.audioLibrary, { sha256: params.sha256, codec }, request, response);
    }),
  ];
}

/** Sends finished audio, whole or the range asked for. Under one hash the bytes never change, so a kept copy is always good. */
export async function sendAudio(
  library: Pick<AudioLibrary, 'open' | 'stat'>,
  audio: { sha256: string; codec: Rendition['codec'] },
  request: Request,
  response: Response,
): Promise<void> {
  const { sha256, codec } = audio;
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
    'content-type': CONTENT_TYPE[codec],
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

/** While it is being written a text may still be empty or unsayable. */
function tidyText(text: string, limits: TextLimits): string {
  try {
    return checkText(text, limits);
  } catch (error) {
    if (isProblem(error, 'text-empty') || isProblem(error, 'text-unsayable')) return text;
    throw error;
  }
}
