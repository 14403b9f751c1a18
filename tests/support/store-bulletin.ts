import { createHash, randomUUID } from 'node:crypto';
import type { BulletinState } from '#contract/bulletin.ts';
import type { Class } from '#contract/primitives.ts';
import type { GroundFloor } from './ground-floor.ts';

export interface StoredTestBulletin {
  title?: string;
  state?: BulletinState;
  class?: Class;
  rendering?: 'done' | 'failed';
  durationMs?: number;
  bytes?: number;
}

/** A bulletin as its own stages would leave it, approved and rendered unless said otherwise. @returns its id. */
export async function storeBulletin(floor: GroundFloor, areaId: string, wanted: StoredTestBulletin = {}): Promise<string> {
  const { title = 'Lịch tiêm chủng', state = 'approved', rendering = 'done', durationMs = 40_000, bytes = 120_000 } = wanted;
  const { db, admin } = floor;
  const { at } = floor.clock;
  const key = { bulletin_id: randomUUID(), revision: 1 };
  const sha256 = createHash('sha256').update(key.bulletin_id).digest('hex');
  const kept = { kind: 'text', author_id: admin.accountId, state, created_at: at, updated_at: at };
  await db('bulletins').insert({ ...key, area_id: areaId, ...kept });
  const spoken = { text: 'x', field: 1, topics: '[]', class: wanted.class ?? 'normal', purpose: 'real', language: 'vi' };
  const manner = { source: '', voice: 'vi', words_per_minute: 150, created_at: at, frozen_at: at };
  await db('bulletin_revisions').insert({ ...key, editor_id: admin.accountId, title, ...spoken, ...manner });
  await db('renderings').insert({ ...key, state: rendering, requested_at: at, finished_at: at });
  if (rendering === 'done') {
    const measured = { loudness_lufs: -16, true_peak_dbtp: -2, purpose: 'real', created_at: at };
    await db('renditions').insert({ ...key, codec: 'opus', sha256, bytes, duration_ms: durationMs, ...measured });
  }
  if (state === 'approved' || state === 'rejected') {
    const decided = { decision_id: randomUUID(), approver_id: admin.accountId, decided_at: at };
    const verdict = state === 'approved' ? { rendition_sha256: sha256 } : { reason: 'Sai ngày' };
    await db('decisions').insert({ ...key, decision: state, ...decided, ...verdict });
  }
  return key.bulletin_id;
}
