import { pipeline } from 'node:stream/promises';
import { type Route, route } from '../http/bind-endpoint.ts';
import { sendAudio } from '../http/send-audio.ts';
import type { AudioLibrary } from '../media/audio-library.ts';
import { getAiring } from '../scheduling/airing-store.ts';
import { showAiring } from '../scheduling/show-airings.ts';
import { buildProgramme } from './build-programme.ts';
import { summariseCoverage } from './coverage-rules.ts';
import { listDeliveries, listReportedStates } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { exportReceipts } from './export-receipts.ts';

export function dispatchRoutes(deps: DispatchDeps & { library: AudioLibrary }): Route[] {
  return [
    route('readAiring', async ({ params }) => {
      const airing = await getAiring(deps.db, params.airingId);
      const coverage = summariseCoverage(await listReportedStates(deps.db, airing.airingId));
      return { airing: await showAiring(deps.db, airing), coverage };
    }),
    route('listDeliveries', async ({ params, query }) => {
      const entries = await listDeliveries(deps.db, params.airingId, query);
      return { entries, next: entries.length === query.limit ? (entries.at(-1)?.deliveryId ?? null) : null };
    }),
    route('exportReceipts', async ({ params, response }) => {
      await getAiring(deps.db, params.airingId);
      response.set('content-type', 'application/x-ndjson');
      await pipeline(linesOf(exportReceipts(deps, params.airingId)), response);
    }),
    route('readProgramme', async ({ receiverId, request, response }) => {
      const built = await buildProgramme(deps, receiverId, request.get('if-none-match'));
      response.set({ etag: built.etag, 'cache-control': 'private, no-cache' });
      if (built.programme) response.json(built.programme);
      else response.status(304).end();
    }),
    route('readMedia', async ({ params, request, response }) =>
      sendAudio(deps.library, { sha256: params.sha256, contentType: 'application/octet-stream' }, request, response),
    ),
  ];
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield `${text}\n`;
}
