import { GENESIS_HASH } from '#contract/receipt.ts';
import type { Vitals } from '#contract/agent-link.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { Installation, Receiver, ReceiverState } from '#contract/receiver.ts';
import type { Db } from '../database/open-database.ts';
import { Problem } from '../lib/problem.ts';

/** A receiver with the cluster where it stands now; the area is the cluster's affair. */
export type StoredReceiver = Omit<Receiver, 'areaId'>;

interface ReceiverRow {
  receiver_id: string;
  kind: ReceiverKind;
  state: ReceiverState;
  state_reason: string | null;
  public_key: string;
  hardware_id: string;
  enrolled_at: string;
  presence: Receiver['presence'];
  presence_reason: string | null;
  presence_since: string | null;
  last_seen_at: string | null;
  vitals: string | null;
  vitals_at: string | null;
  programme_revision: number;
  programme_revision_held: number | null;
  last_sequence: number;
  cluster_id: string | null;
  held_receipts: number;
}

interface InstallationRow {
  installation_id: string;
  receiver_id: string;
  cluster_id: string;
  installed_at: string;
  removed_at: string | null;
}

export interface NewReceiver {
  receiverId: string;
  kind: ReceiverKind;
  publicKey: string;
  hardwareId: string;
  enrolledAt: string;
}

export async function insertReceiver(db: Db, receiver: NewReceiver): Promise<void> {
  await db('receivers').insert({
    receiver_id: receiver.receiverId,
    kind: receiver.kind,
    state: 'active',
    public_key: receiver.publicKey,
    hardware_id: receiver.hardwareId,
    enrolled_at: receiver.enrolledAt,
    head_hash: GENESIS_HASH,
  });
}

export async function findReceiver(db: Db, receiverId: string): Promise<StoredReceiver | undefined> {
  const row = (await receivers(db).where('receivers.receiver_id', receiverId).first()) as ReceiverRow | undefined;
  return row && receiverOf(row);
}

export async function getReceiver(db: Db, receiverId: string): Promise<StoredReceiver> {
  const receiver = await findReceiver(db, receiverId);
  if (!receiver) throw new Problem('receiver-unknown', { receiverId });
  return receiver;
}

export async function findReceiverByKey(db: Db, publicKey: string): Promise<StoredReceiver | undefined> {
  const row = (await receivers(db).where('receivers.public_key', publicKey).first()) as ReceiverRow | undefined;
  return row && receiverOf(row);
}

/** Those that stand at these clusters now. */
export async function listReceiversAt(db: Db, clusterIds: readonly string[]): Promise<StoredReceiver[]> {
  const found: StoredReceiver[] = [];
  for (let from = 0; from < clusterIds.length; from += 500) {
    const chunk = clusterIds.slice(from, from + 500);
    const rows = (await receivers(db)
      .whereIn('installations.cluster_id', chunk)
      .orderBy('receivers.enrolled_at')) as ReceiverRow[];
    found.push(...rows.map(receiverOf));
  }
  return found;
}

export async function saveReceiverState(db: Db, receiverId: string, state: ReceiverState, reason: string | null): Promise<void> {
  await db('receivers').where({ receiver_id: receiverId }).update({ state, state_reason: reason });
}

export async function saveHardwareId(db: Db, receiverId: string, hardwareId: string): Promise<void> {
  await db('receivers').where({ receiver_id: receiverId }).update({ hardware_id: hardwareId });
}

export async function insertInstallation(db: Db, installationId: string, place: Omit<Installation, 'removedAt'>): Promise<void> {
  await db<InstallationRow>('installations').insert({
    installation_id: installationId,
    receiver_id: place.receiverId,
    cluster_id: place.clusterId,
    installed_at: place.installedAt,
  });
}

export async function saveInstallationEnded(db: Db, receiverId: string, at: string): Promise<void> {
  await db<InstallationRow>('installations')
    .where({ receiver_id: receiverId })
    .whereNull('removed_at')
    .update({ removed_at: at });
}

/** The newest first. */
export async function listInstallations(db: Db, receiverId: string): Promise<Installation[]> {
  const rows = await db<InstallationRow>('installations').where({ receiver_id: receiverId }).orderBy('installed_at', 'desc');
  return rows.map((row) => ({
    receiverId: row.receiver_id,
    clusterId: row.cluster_id,
    installedAt: row.installed_at,
    removedAt: row.removed_at,
  }));
}

/** Who stands at a cluster now. */
export async function findOccupant(db: Db, clusterId: string): Promise<string | undefined> {
  const row = await db<InstallationRow>('installations')
    .where({ cluster_id: clusterId })
    .whereNull('removed_at')
    .first('receiver_id');
  return row?.receiver_id;
}

function receivers(db: Db) {
  return db('receivers')
    .leftJoin('installations', (join) => {
      join.on('installations.receiver_id', 'receivers.receiver_id').andOnNull('installations.removed_at');
    })
    .select(
      'receivers.*',
      'installations.cluster_id',
      db('held_receipts').count('*').whereRaw('held_receipts.receiver_id = receivers.receiver_id').as('held_receipts'),
    );
}

function receiverOf(row: ReceiverRow): StoredReceiver {
  return {
    receiverId: row.receiver_id,
    kind: row.kind,
    state: row.state,
    stateReason: row.state_reason,
    publicKey: row.public_key,
    hardwareId: row.hardware_id,
    clusterId: row.cluster_id,
    presence: row.presence,
    presenceReason: row.presence_reason,
    presenceSince: row.presence_since,
    lastSeenAt: row.last_seen_at,
    vitals: row.vitals === null ? null : (JSON.parse(row.vitals) as Vitals),
    vitalsAt: row.vitals_at,
    programmeRevision: row.programme_revision,
    programmeRevisionHeld: row.programme_revision_held,
    lastSequence: row.last_sequence,
    heldReceipts: Number(row.held_receipts),
    enrolledAt: row.enrolled_at,
  };
}
