import type { BranchKey } from '#contract/endpoints.ts';
import { findSession } from './accounts/session.ts';
import { listAncestry } from './areas/area-store.ts';
import { findCluster } from './areas/cluster-store.ts';
import { findDictionaryEntry } from './areas/dictionary-store.ts';
import { findBulletin } from './bulletins/bulletin-store.ts';
import { findUpload } from './bulletins/upload-store.ts';
import type { Db } from './database/open-database.ts';
import type { Gatekeeper } from './http/bind-endpoint.ts';
import { type Clock, instantOf } from './lib/clock.ts';
import { findReceiverByToken } from './receivers/login-receiver.ts';
import { findReceiverArea } from './receivers/receiver-area.ts';
import { findAiring } from './scheduling/airing-store.ts';

/** Answers the binder's questions from the stores: who calls, and in whose branch the thing lies. */
export function createGatekeeper(deps: { db: Db; clock: Clock }): Gatekeeper {
  const { db, clock } = deps;
  const now = () => instantOf(clock.now());
  const finders: Record<
    Exclude<BranchKey, 'body.areaId' | 'query.areaId' | 'any'>,
    (id: string) => Promise<string | undefined>
  > = {
    area: (id) => Promise.resolve(id),
    cluster: async (id) => (await findCluster(db, id, now()))?.areaId,
    receiver: (id) => findReceiverArea(db, id, now()),
    bulletin: async (id) => (await findBulletin(db, id))?.areaId,
    upload: async (id) => (await findUpload(db, id))?.areaId,
    airing: async (id) => (await findAiring(db, id))?.areaId,
    entry: async (id) => (await findDictionaryEntry(db, id))?.areaId,
  };
  return {
    findSession: (token) => findSession(deps, token),
    findReceiver: (token) => findReceiverByToken(deps, token),
    findAreaOf: (branch, id) => finders[branch](id),
    listAncestry: (areaId) => listAncestry(db, areaId, now()),
  };
}
