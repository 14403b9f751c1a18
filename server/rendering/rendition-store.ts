import type { Rendition } from '#contract/bulletin.ts';
import type { Class, MediaReference, Purpose } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';
import type { RevisionKey } from './rendering-store.ts';

interface RenditionRow {
  bulletin_id: string;
  revision: number;
  codec: Rendition['codec'];
  sha256: string;
  bytes: number;
  duration_ms: number;
  loudness_lufs: number;
  true_peak_dbtp: number;
  engine: string | null;
  engine_version: string | null;
  voice: string | null;
  purpose: Purpose;
  created_at: string;
}

export async function insertRenditions(db: Db, key: RevisionKey, renditions: readonly Rendition[], at: string): Promise<void> {
  await db<RenditionRow>('renditions').insert(
    renditions.map((rendition) => ({
      bulletin_id: key.bulletinId,
      revision: key.revision,
      codec: rendition.codec,
      sha256: rendition.sha256,
      bytes: rendition.bytes,
      duration_ms: rendition.durationMs,
      loudness_lufs: rendition.loudnessLufs,
      true_peak_dbtp: rendition.truePeakDbtp,
      engine: rendition.engine,
      engine_version: rendition.engineVersion,
      voice: rendition.voice,
      purpose: rendition.purpose,
      created_at: at,
    })),
  );
}

/** Opus first. */
export async function listRenditions(db: Db, keys: readonly RevisionKey[]): Promise<(RevisionKey & { rendition: Rendition })[]> {
  const pairs = keys.map((key) => [key.bulletinId, key.revision]);
  const rows = await db<RenditionRow>('renditions').whereIn(['bulletin_id', 'revision'], pairs).orderBy('codec', 'desc');
  return rows.map((row) => ({ bulletinId: row.bulletin_id, revision: row.revision, rendition: renditionOf(row) }));
}

/** Whether this audio belongs to the bulletin, at whatever revision. */
export async function findRenditionCodec(db: Db, bulletinId: string, sha256: string): Promise<Rendition['codec'] | undefined> {
  const row = await db<RenditionRow>('renditions').where({ bulletin_id: bulletinId, sha256 }).first('codec');
  return row?.codec;
}

/** As scheduling needs it. */
export interface ApprovedRendition {
  bulletinId: string;
  areaId: string;
  revision: number;
  title: string;
  class: Class;
  purpose: Purpose;
  media: MediaReference;
}

/**
 * The one way from a bulletin to what may sound: it is approved now, at its current revision, by a decision on exactly this
 * audio. Whatever differs, there is none.
 */
export async function findApprovedRendition(db: Db, bulletinId: string): Promise<ApprovedRendition | undefined> {
  const row = await db('bulletins as b')
    .join('bulletin_revisions as v', (join) => join.on('v.bulletin_id', 'b.bulletin_id').andOn('v.revision', 'b.revision'))
    .join('decisions as d', (join) => join.on('d.bulletin_id', 'b.bulletin_id').andOn('d.revision', 'b.revision'))
    .join('renditions as r', (join) =>
      join.on('r.bulletin_id', 'b.bulletin_id').andOn('r.revision', 'b.revision').andOn('r.sha256', 'd.rendition_sha256'),
    )
    .where({ 'b.bulletin_id': bulletinId, 'b.state': 'approved', 'd.decision': 'approved', 'r.codec': 'opus' })
    .whereNotNull('v.frozen_at')
    .select('r.*', 'b.area_id', 'v.title', 'v.class')
    .first<(RenditionRow & { area_id: string; title: string; class: Class }) | undefined>();
  if (!row) return undefined;
  const { sha256, bytes, codec } = row;
  return {
    bulletinId,
    areaId: row.area_id,
    revision: row.revision,
    title: row.title,
    class: row.class,
    purpose: row.purpose,
    media: { sha256, bytes, durationMs: row.duration_ms, codec },
  };
}

function renditionOf(row: RenditionRow): Rendition {
  return {
    sha256: row.sha256,
    codec: row.codec,
    bytes: row.bytes,
    durationMs: row.duration_ms,
    loudnessLufs: row.loudness_lufs,
    truePeakDbtp: row.true_peak_dbtp,
    engine: row.engine,
    engineVersion: row.engine_version,
    voice: row.voice,
    purpose: row.purpose,
  };
}
