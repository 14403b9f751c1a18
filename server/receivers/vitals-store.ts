import type { Vitals } from '#contract/agent-link.ts';
import type { PresenceEntry, VitalsSample } from '#contract/receiver.ts';
import { insertMany } from '../database/insert-many.ts';
import type { Db } from '../database/open-database.ts';

/** 35 days of one sample each ten minutes, with some to spare. */
const SAMPLES_MAX = 5_200;
const PRESENCES_MAX = 200;

export interface NewSample {
  receiverId: string;
  at: string;
  vitals: Vitals;
  presence: VitalsSample['presence'];
}

/** Within the caller's transaction. */
export async function saveVitalsSamples(db: Db, samples: readonly NewSample[]): Promise<void> {
  const rows = samples.map(({ receiverId, at, vitals, presence }) => ({
    receiver_id: receiverId,
    at,
    disk_free_bytes: vitals.diskFreeBytes,
    memory_free_bytes: vitals.memoryFreeBytes,
    temperature_milli_celsius: vitals.temperatureMilliCelsius,
    clock_offset_ms: vitals.clockOffsetMs,
    link_round_trip_ms: vitals.linkRoundTripMs,
    stock_hours: vitals.stockHours,
    presence,
  }));
  await insertMany(db, 'vitals_samples', rows, { onConflict: 'ignore' });
}

/** When those of whom there is a sample since an instant were sampled last. */
export async function listLastSampledSince(db: Db, since: string): Promise<Map<string, string>> {
  const rows = await db('vitals_samples')
    .where('at', '>=', since)
    .groupBy('receiver_id')
    .select<{ receiver_id: string; last: string }[]>('receiver_id', db.raw('max(at) AS last'));
  return new Map(rows.map((row) => [row.receiver_id, row.last]));
}

export async function deleteVitalsSamplesBefore(db: Db, before: string): Promise<void> {
  await db('vitals_samples').where('at', '<', before).delete();
}

/** Oldest first. */
export async function listVitalsSamples(db: Db, receiverId: string, from: string): Promise<VitalsSample[]> {
  return db('vitals_samples')
    .where('receiver_id', receiverId)
    .where('at', '>=', from)
    .orderBy('at')
    .limit(SAMPLES_MAX)
    .select<VitalsSample[]>({
      at: 'at',
      diskFreeBytes: 'disk_free_bytes',
      memoryFreeBytes: 'memory_free_bytes',
      temperatureMilliCelsius: 'temperature_milli_celsius',
      clockOffsetMs: 'clock_offset_ms',
      linkRoundTripMs: 'link_round_trip_ms',
      stockHours: 'stock_hours',
      presence: 'presence',
    });
}

/** Newest first. */
export async function listPresenceChanges(db: Db, receiverId: string): Promise<PresenceEntry[]> {
  return db('presence_changes')
    .where('receiver_id', receiverId)
    .orderBy('at', 'desc')
    .limit(PRESENCES_MAX)
    .select<PresenceEntry[]>('at', 'presence', 'reason');
}
