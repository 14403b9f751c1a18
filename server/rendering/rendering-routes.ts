import type { Bulletin, Rendition } from '#contract/bulletin.ts';
import { listDictionary } from '../areas/dictionary-store.ts';
import { type Route, route } from '../http/bind-endpoint.ts';
import { sendAudio } from '../http/send-audio.ts';
import { instantOf } from '../lib/clock.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import type { AudioLibrary } from '../media/audio-library.ts';
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
      await sendAudio(deps.audioLibrary, { sha256: params.sha256, contentType: CONTENT_TYPE[codec] }, request, response);
    }),
  ];
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
