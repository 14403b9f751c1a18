import type { Rendering } from '#contract/bulletin.ts';
import type { BulletinRendering } from '../bulletins/bulletin-deps.ts';
import type { RenderRuns } from './render-runs.ts';
import type { RenderQueue } from './rendering-deps.ts';
import { listRenderings, requestRendering } from './rendering-store.ts';
import { listRenditions } from './rendition-store.ts';

const NONE: Rendering = { state: 'none', progressPercent: 0, problem: null, spokenText: null, unknownTokens: [] };

/** What the stage before asks of this one; handed to it by the wiring. */
export function bulletinRendering(deps: {
  queue: Pick<RenderQueue, 'enqueue'>;
  runs: Pick<RenderRuns, 'runAtOnce'>;
}): BulletinRendering {
  return {
    request: requestRendering,
    async start(key, audioClass) {
      // An emergency needs no Redis, and stands in no line.
      if (audioClass === 'emergency') deps.runs.runAtOnce(key);
      else await deps.queue.enqueue({ bulletinId: key.bulletinId, revision: key.revision });
    },
    async read(db, keys) {
      const renderings = await listRenderings(db, keys);
      const renditions = await listRenditions(db, keys);
      return keys.map(({ bulletinId, revision }) => {
        const isOfKey = (each: { bulletinId: string; revision: number }) =>
          each.bulletinId === bulletinId && each.revision === revision;
        return {
          bulletinId,
          revision,
          rendering: renderings.find(isOfKey)?.rendering ?? NONE,
          renditions: renditions.filter(isOfKey).map((each) => each.rendition),
        };
      });
    },
  };
}
