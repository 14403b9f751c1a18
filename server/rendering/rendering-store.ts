import type { Rendering, UnknownToken } from '#contract/bulletin.ts';
import type { ProblemReply } from '#contract/problem.ts';
import type { Db } from '../database/open-database.ts';

export interface RevisionKey {
  bulletinId: string;
  revision: number;
}

/** One run's hold on a rendering: the latest one to claim it, and only that, may write to it. */
export interface Claim extends RevisionKey {
  startedAt: string;
}

interface RenderingRow {
  bulletin_id: string;
  revision: number;
  state: Exclude<Rendering['state'], 'none'>;
  progress_percent: number;
  problem: string | null;
  spoken_text: string | null;
  unknown_tokens: string;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
}

const UNFINISHED = ['queued', 'running'];
const EMERGENCIES_MAX = 20;

/** Notes that a revision shall be rendered. False where it is done, or a run is under way. */
export async function requestRendering(db: Db, key: RevisionKey, at: string): Promise<boolean> {
  const row = await rowsOf(db, key).first();
  if (row?.state === 'done' || row?.state === 'running') return false;
  const anew = { state: 'queued', progress_percent: 0, problem: null, requested_at: at, started_at: null, finished_at: null };
  if (row) await rowsOf(db, key).update(anew as Partial<RenderingRow>);
  else await db('renderings').insert({ ...whereOf(key), ...anew, unknown_tokens: '[]' });
  return true;
}

/**
 * Takes the rendering, also from a run that was begun before: that one died with its process, or is told by its next write
 * that it goes on in vain. Undefined where nothing is to be rendered.
 */
export async function claimRendering(db: Db, key: RevisionKey, now: string): Promise<Claim | undefined> {
  const row = await rowsOf(db, key).whereIn('state', UNFINISHED).first();
  if (!row) return undefined;
  // Never the same as the claim before, whatever the clock says.
  const startedAt = row.started_at !== null && row.started_at >= now ? msAfter(row.started_at) : now;
  const taken = await rowsOf(db, key)
    .where('started_at', row.started_at)
    .whereIn('state', UNFINISHED)
    .update({ state: 'running', progress_percent: 0, problem: null, started_at: startedAt });
  return taken === 1 ? { ...key, startedAt } : undefined;
}

/** Each of these is false when the claim is lost: cancelled, or taken by another run. */
export async function saveProgress(db: Db, claim: Claim, percent: number): Promise<boolean> {
  return (await claimed(db, claim).update({ progress_percent: percent })) === 1;
}

export async function saveSpokenText(db: Db, claim: Claim, spokenText: string, unknownTokens: UnknownToken[]): Promise<boolean> {
  const spoken = { spoken_text: spokenText, unknown_tokens: JSON.stringify(unknownTokens) };
  return (await claimed(db, claim).update(spoken)) === 1;
}

export async function saveDone(db: Db, claim: Claim, at: string): Promise<boolean> {
  return (await claimed(db, claim).update({ state: 'done', progress_percent: 100, problem: null, finished_at: at })) === 1;
}

export async function saveFailed(db: Db, key: RevisionKey | Claim, problem: ProblemReply, at: string): Promise<boolean> {
  const rows = 'startedAt' in key ? claimed(db, key) : rowsOf(db, key).whereIn('state', UNFINISHED);
  return (await rows.update({ state: 'failed', problem: JSON.stringify(problem), finished_at: at })) === 1;
}

export async function saveCancelled(db: Db, key: RevisionKey, at: string): Promise<boolean> {
  const problem: ProblemReply = { code: 'render-cancelled', params: {} };
  const ended = { state: 'cancelled' as const, problem: JSON.stringify(problem), finished_at: at };
  return (await rowsOf(db, key).whereIn('state', UNFINISHED).update(ended)) === 1;
}

/** Asked for, or begun, so long ago that it may have been lost with a queue or a process; oldest first. */
export async function listOwedRenderings(
  db: Db,
  before: { requestedAt: string; startedAt: string },
  limit: number,
): Promise<RevisionKey[]> {
  const rows = await db<RenderingRow>('renderings')
    .where((queued) => queued.where('state', 'queued').andWhere('requested_at', '<', before.requestedAt))
    .orWhere((running) => running.where('state', 'running').andWhere('started_at', '<', before.startedAt))
    .orderBy('requested_at')
    .limit(limit)
    .select('bulletin_id', 'revision');
  return rows.map((row) => ({ bulletinId: row.bulletin_id, revision: row.revision }));
}

/** Emergencies that are neither done nor given up. */
export async function listUnfinishedEmergencies(db: Db): Promise<RevisionKey[]> {
  const rows = await db('renderings as g')
    .join('bulletin_revisions as v', (join) => join.on('v.bulletin_id', 'g.bulletin_id').andOn('v.revision', 'g.revision'))
    .where('v.class', 'emergency')
    .whereIn('g.state', UNFINISHED)
    .orderBy('g.requested_at')
    .limit(EMERGENCIES_MAX)
    .select<{ bulletin_id: string; revision: number }[]>('g.bulletin_id', 'g.revision');
  return rows.map((row) => ({ bulletinId: row.bulletin_id, revision: row.revision }));
}

export async function listRenderings(db: Db, keys: readonly RevisionKey[]): Promise<(RevisionKey & { rendering: Rendering })[]> {
  const pairs = keys.map((key) => [key.bulletinId, key.revision]);
  const rows = await db<RenderingRow>('renderings').whereIn(['bulletin_id', 'revision'], pairs);
  return rows.map((row) => ({ bulletinId: row.bulletin_id, revision: row.revision, rendering: renderingOf(row) }));
}

function whereOf(key: RevisionKey): { bulletin_id: string; revision: number } {
  return { bulletin_id: key.bulletinId, revision: key.revision };
}

function rowsOf(db: Db, key: RevisionKey) {
  return db<RenderingRow>('renderings').where(whereOf(key));
}

function claimed(db: Db, claim: Claim) {
  return rowsOf(db, claim).where({ state: 'running', started_at: claim.startedAt });
}

function msAfter(instant: string): string {
  return new Date(Date.parse(instant) + 1).toISOString();
}

function renderingOf(row: RenderingRow): Rendering {
  return {
    state: row.state,
    progressPercent: row.progress_percent,
    problem: row.problem === null ? null : (JSON.parse(row.problem) as ProblemReply),
    spokenText: row.spoken_text,
    unknownTokens: JSON.parse(row.unknown_tokens) as UnknownToken[],
  };
}
