import type { DownLink, UpLink } from '#contract/agent-link.ts';
import type { Db } from '../database/open-database.ts';
import { readEpoch } from '../database/server-state-store.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import type { KeyRing } from './key-ring.ts';
import { findHeartbeatFacts } from './presence-store.ts';
import type { Presence } from './presence.ts';

export interface HeartbeatDeps {
  db: Db;
  clock: Clock;
  keyRing: Pick<KeyRing, 'keySet'>;
  presence: Pick<Presence, 'noteHeartbeat'>;
}

/** Notes the vitals and says what the receiver should hold by now. No answer for one that was revoked meanwhile. */
export async function answerHeartbeat(
  deps: HeartbeatDeps,
  receiverId: string,
  heartbeat: Extract<UpLink, { type: 'heartbeat' }>,
): Promise<Extract<DownLink, { type: 'heartbeat-answer' }> | undefined> {
  const facts = await findHeartbeatFacts(deps.db, receiverId);
  if (!facts || facts.state === 'revoked') return undefined;
  await deps.presence.noteHeartbeat(receiverId, heartbeat.revision, heartbeat.vitals);
  return {
    type: 'heartbeat-answer',
    v: 1,
    beat: heartbeat.beat,
    epoch: await readEpoch(deps.db),
    revision: facts.programmeRevision,
    keySetVersion: deps.keyRing.keySet.payload.version,
    serverTimeAt: instantOf(deps.clock.now()),
    receiptsUpTo: facts.lastSequence,
  };
}
