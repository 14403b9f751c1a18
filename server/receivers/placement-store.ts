import type { ReceiverKind } from '#contract/enrolment.ts';
import type { ReceiverState } from '#contract/receiver.ts';
import type { Db } from '../database/open-database.ts';

/** A receiver where it stands now; what planning and programmes need to know of it. */
export interface Placement {
  receiverId: string;
  clusterId: string;
  kind: ReceiverKind;
  state: ReceiverState;
  programmeRevision: number;
  programmeValidUntil: string | null;
}

interface PlacementRow {
  receiver_id: string;
  cluster_id: string;
  kind: ReceiverKind;
  state: ReceiverState;
  programme_revision: number;
  programme_valid_until: string | null;
}

/** Installed now and not revoked. */
export async function findPlacement(db: Db, receiverId: string): Promise<Placement | undefined> {
  const row = (await placements(db).andWhere('receivers.receiver_id', receiverId).first()) as PlacementRow | undefined;
  return row && placementOf(row);
}

export async function listPlacementsAt(db: Db, clusterIds: readonly string[]): Promise<Placement[]> {
  const found: Placement[] = [];
  for (let from = 0; from < clusterIds.length; from += 500) {
    const rows = (await placements(db).whereIn('cluster_id', clusterIds.slice(from, from + 500))) as PlacementRow[];
    found.push(...rows.map(placementOf));
  }
  return found;
}

/** Raises the revision, so that the next programme differs and the heartbeat's answer says so. */
export async function raiseProgrammeRevisions(db: Db, receiverIds: readonly string[]): Promise<void> {
  for (let from = 0; from < receiverIds.length; from += 500) {
    await db('receivers')
      .whereIn('receiver_id', receiverIds.slice(from, from + 500))
      .increment('programme_revision', 1);
  }
}

export async function raiseAllProgrammeRevisions(db: Db): Promise<void> {
  await db('receivers').increment('programme_revision', 1);
}

/** What was handed out last, so that a receiver running short of days is given a fresh one in time. */
export async function saveProgrammeBuilt(db: Db, receiverId: string, builtAt: string, validUntil: string): Promise<void> {
  await db('receivers')
    .where({ receiver_id: receiverId })
    .update({ programme_built_at: builtAt, programme_valid_until: validUntil });
}

/**
 * Receivers whose handed-out programme ends before an instant, the most urgent first. Only those that hold the newest
 * revision: the others are owed one anyway, and boards that are dead for good would stand before the living for ever.
 */
export async function listShortOfProgramme(db: Db, endsBefore: string, limit: number): Promise<string[]> {
  const rows = (await placements(db)
    .andWhere('programme_valid_until', '<', endsBefore)
    .andWhereRaw('programme_revision = programme_revision_held')
    .orderBy('programme_valid_until')
    .limit(limit)) as PlacementRow[];
  return rows.map((row) => row.receiver_id);
}

function placements(db: Db) {
  return db('receivers')
    .join('installations', 'installations.receiver_id', 'receivers.receiver_id')
    .whereNull('installations.removed_at')
    .whereNot('receivers.state', 'revoked')
    .select('receivers.receiver_id', 'cluster_id', 'kind', 'state', 'programme_revision', 'programme_valid_until');
}

function placementOf(row: PlacementRow): Placement {
  return {
    receiverId: row.receiver_id,
    clusterId: row.cluster_id,
    kind: row.kind,
    state: row.state,
    programmeRevision: row.programme_revision,
    programmeValidUntil: row.programme_valid_until,
  };
}

export async function listProgrammeRevisions(
  db: Db,
  receiverIds: readonly string[],
): Promise<{ receiverId: string; revision: number }[]> {
  const found: { receiverId: string; revision: number }[] = [];
  for (let from = 0; from < receiverIds.length; from += 500) {
    const rows = (await db('receivers')
      .whereIn('receiver_id', receiverIds.slice(from, from + 500))
      .select({ receiverId: 'receiver_id', revision: 'programme_revision' })) as { receiverId: string; revision: number }[];
    found.push(...rows);
  }
  return found;
}
