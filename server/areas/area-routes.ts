import { route, type Route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { changeArea } from './change-area.ts';
import { changeCluster } from './change-cluster.ts';
import { createArea } from './create-area.ts';
import { createCluster } from './create-cluster.ts';
import type { AreaDeps } from './demand-role.ts';
import { listDictionary } from './dictionary-store.ts';
import { createDictionaryEntry, deleteDictionaryEntry } from './edit-dictionary.ts';
import { listAreas } from './list-areas.ts';
import { listClusters } from './list-clusters.ts';

export function areaRoutes(deps: AreaDeps): Route[] {
  const { db } = deps;
  const now = () => instantOf(deps.clock.now());
  return [
    route('listAreas', async ({ caller, query }) => ({ entries: await listAreas(db, caller, query.at ?? now()) })),
    route('createArea', ({ caller, body }) => createArea(deps, caller, body)),
    route('changeArea', ({ caller, params, body }) => changeArea(deps, caller, params.areaId, body)),
    route('listDictionary', async ({ params }) => ({ entries: await listDictionary(db, params.areaId, now()) })),
    route('createDictionaryEntry', ({ caller, params, body }) => createDictionaryEntry(deps, caller, params.areaId, body)),
    route('deleteDictionaryEntry', ({ caller, params }) => deleteDictionaryEntry(deps, caller, params.entryId)),
    route('listClusters', async ({ query }) => ({ entries: await listClusters(db, query.areaId, now()) })),
    route('createCluster', ({ caller, body }) => createCluster(deps, caller, body)),
    route('changeCluster', ({ caller, params, body }) => changeCluster(deps, caller, params.clusterId, body)),
  ];
}
