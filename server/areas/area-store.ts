// The dated tree. A row holds from `valid_from` until just before `valid_to`; the root is the one area that never had a parent.
import type { Knex } from 'knex';
import type { Area, AreaLevel } from '#contract/area.ts';
import type { Db } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { type FormerName, nameAt } from './area-tree-rules.ts';

/** Province, district, commune, hamlet: what is deeper than this is not our tree. */
const DEPTH_MAX = 8;

/** Where an area stands at an instant; one that is closed by then keeps its last place, so that its history stays reachable. */
const PLACED_AT = 'p.valid_from <= ? AND (p.valid_to IS NULL OR p.valid_to > ? OR p.valid_to = a.valid_to)';

/** Itself first, then up to the root; empty when there is, or was then, no such area. */
export async function listAncestry(db: Db, areaId: string, at: string): Promise<string[]> {
  const rows = await rawRows<{ area_id: string }>(
    db,
    `WITH RECURSIVE up (area_id, depth) AS (
       SELECT area_id, 0 FROM areas WHERE area_id = ? AND valid_from <= ?
       UNION ALL
       SELECT p.parent_id, up.depth + 1 FROM up
         JOIN areas a ON a.area_id = up.area_id
         JOIN area_parents p ON p.area_id = up.area_id AND ${PLACED_AT}
         WHERE up.depth < ${DEPTH_MAX}
     ) SELECT area_id FROM up ORDER BY depth`,
    [areaId, at, at, at],
  );
  return rows.map((row) => row.area_id);
}

/** Itself included, and all that stood below it then; what was closed by then is left out, save the area itself. */
export async function listDescendants(db: Db, areaId: string, at: string): Promise<string[]> {
  const rows = await rawRows<{ area_id: string }>(
    db,
    `WITH RECURSIVE down (area_id, depth) AS (
       SELECT area_id, 0 FROM areas WHERE area_id = ? AND valid_from <= ?
       UNION ALL
       SELECT p.area_id, down.depth + 1 FROM down
         JOIN area_parents p ON p.parent_id = down.area_id AND p.valid_from <= ? AND (p.valid_to IS NULL OR p.valid_to > ?)
         WHERE down.depth < ${DEPTH_MAX}
     ) SELECT area_id FROM down ORDER BY depth`,
    [areaId, at, at, at],
  );
  return rows.map((row) => row.area_id);
}

/** For `whereIn`: these areas with all below them, also what is closed by now, at its last place. */
export function branchQuery(db: Db, areaIds: readonly string[], at: string): Knex.Raw {
  const marks = areaIds.map(() => '?').join(', ');
  return db.raw(
    `WITH RECURSIVE down (area_id, depth) AS (
       SELECT area_id, 0 FROM areas WHERE area_id IN (${marks})
       UNION
       SELECT p.area_id, down.depth + 1 FROM down
         JOIN area_parents p ON p.parent_id = down.area_id
         JOIN areas a ON a.area_id = p.area_id
         WHERE ${PLACED_AT} AND down.depth < ${DEPTH_MAX}
     ) SELECT area_id FROM down`,
    [...areaIds, at, at],
  );
}

/** The area as it is now, or as it was when it was closed. */
export async function findArea(db: Db, areaId: string): Promise<Area | undefined> {
  const row = await db<AreaRow>('areas as a')
    .leftJoin('area_parents as p', (join) => {
      join.on('p.area_id', 'a.area_id').andOn(db.raw('(p.valid_to IS NULL OR p.valid_to = a.valid_to)'));
    })
    .where('a.area_id', areaId)
    .select('a.*', 'p.parent_id')
    .first();
  if (!row) return undefined;
  const former = await db<FormerNameRow>('area_former_names').where('area_id', areaId);
  return areaOf(row, former.map(formerNameOf), '9999');
}

export async function getArea(db: Db, areaId: string): Promise<Area> {
  const area = await findArea(db, areaId);
  if (!area) throw new Problem('not-found', { kind: 'area', id: areaId });
  return area;
}

/** @throws `area-closed` */
export async function getOpenArea(db: Db, areaId: string): Promise<Area> {
  const area = await getArea(db, areaId);
  if (area.validTo !== null) throw new Problem('area-closed', { areaId, name: area.name });
  return area;
}

/** As they are called now. */
export async function listAreaNames(db: Db, areaIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<AreaRow>('areas')
    .whereIn('area_id', [...new Set(areaIds)])
    .select('area_id', 'name');
  return new Map(rows.map((row) => [row.area_id, row.name]));
}

/** The whole tree at an instant, under the names of then. */
export async function listAreasAt(db: Db, at: string): Promise<Area[]> {
  const rows = await db<AreaRow>('areas as a')
    .leftJoin('area_parents as p', (join) => {
      join.on('p.area_id', 'a.area_id').andOn(db.raw('p.valid_from <= ? AND (p.valid_to IS NULL OR p.valid_to > ?)', [at, at]));
    })
    .where('a.valid_from', '<=', at)
    .where((open) => open.whereNull('a.valid_to').orWhere('a.valid_to', '>', at))
    .orderBy(['a.code', 'a.area_id'])
    .select('a.*', 'p.parent_id');
  const former = new Map<string, FormerName[]>();
  for (const row of await db<FormerNameRow>('area_former_names')) {
    former.set(row.area_id, [...(former.get(row.area_id) ?? []), formerNameOf(row)]);
  }
  return rows.map((row) => areaOf(row, former.get(row.area_id) ?? [], at));
}

export async function findRootAreaId(db: Db): Promise<string | undefined> {
  const row = await db('areas')
    .whereNotExists(db('area_parents').select(db.raw('1')).whereRaw('area_parents.area_id = areas.area_id'))
    .select('area_id')
    .first<{ area_id: string } | undefined>();
  return row?.area_id;
}

export async function isCodeInUse(db: Db, code: string): Promise<boolean> {
  return (await db('areas').where({ code }).whereNull('valid_to').first()) !== undefined;
}

export async function countOpenChildren(db: Db, areaId: string): Promise<number> {
  const [row] = await db('area_parents').where('parent_id', areaId).whereNull('valid_to').count({ count: '*' });
  return Number(row?.['count']);
}

export interface NewArea {
  areaId: string;
  /** Null for the root alone. */
  parentId: string | null;
  code: string;
  name: string;
  level: AreaLevel;
  validFrom: string;
}

export async function insertArea(db: Db, area: NewArea): Promise<void> {
  const { areaId, parentId, code, name, level, validFrom } = area;
  await db('areas').insert({ area_id: areaId, code, name, level, valid_from: validFrom });
  if (parentId !== null) await db('area_parents').insert({ area_id: areaId, parent_id: parentId, valid_from: validFrom });
}

export async function saveAreaName(db: Db, areaId: string, name: string, at: string): Promise<void> {
  const row = await db('areas').where('area_id', areaId).first<{ name: string }>('name');
  // A name given and taken away within one millisecond was never in use: the earlier row stays.
  await db('area_former_names').insert({ area_id: areaId, name: row.name, used_until: at }).onConflict().ignore();
  await db('areas').where('area_id', areaId).update({ name });
}

/** Ends the old place and begins the new one in the same instant: there is neither gap nor overlap. */
export async function saveAreaParent(db: Db, areaId: string, parentId: string, now: string): Promise<void> {
  const open = () => db('area_parents').where('area_id', areaId).whereNull('valid_to');
  const { valid_from: since } = await open().first<{ valid_from: string }>('valid_from');
  // Moved again within the millisecond, or by a clock that was set back: the place in between held for no time.
  if (since >= now) {
    await open().update({ parent_id: parentId });
    return;
  }
  await open().update({ valid_to: now });
  await db('area_parents').insert({ area_id: areaId, parent_id: parentId, valid_from: now });
}

export async function saveAreaClosed(db: Db, areaId: string, now: string): Promise<void> {
  const open = () => db('area_parents').where('area_id', areaId).whereNull('valid_to');
  const { valid_from: since } = await open().first<{ valid_from: string }>('valid_from');
  const children = await db('area_parents').where('parent_id', areaId).max<{ ended: string | null }[]>({ ended: 'valid_to' });
  // An end at or before the beginning (same millisecond, or a clock that was set back) would leave no last place to find it at,
  // one before the end of what stood below would leave that without a parent.
  const earliest = [instantOf(Date.parse(since) + 1), children[0]?.ended ?? ''];
  const at = [now, ...earliest].reduce((latest, instant) => (instant > latest ? instant : latest));
  await db('areas').where('area_id', areaId).update({ valid_to: at });
  await open().update({ valid_to: at });
}

interface AreaRow {
  area_id: string;
  parent_id: string | null;
  code: string;
  name: string;
  level: AreaLevel;
  valid_from: string;
  valid_to: string | null;
}

interface FormerNameRow {
  area_id: string;
  name: string;
  used_until: string;
}

function formerNameOf(row: FormerNameRow): FormerName {
  return { name: row.name, usedUntil: row.used_until };
}

function areaOf(row: AreaRow, former: readonly FormerName[], at: string): Area {
  return {
    areaId: row.area_id,
    parentId: row.parent_id,
    code: row.code,
    ...nameAt(row.name, former, at),
    level: row.level,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  };
}

async function rawRows<Row>(db: Db, sql: string, bindings: readonly string[]): Promise<Row[]> {
  const result: unknown = await db.raw(sql, bindings);
  // PostgreSQL wraps the rows, SQLite does not.
  return Array.isArray(result) ? (result as Row[]) : (result as { rows: Row[] }).rows;
}
