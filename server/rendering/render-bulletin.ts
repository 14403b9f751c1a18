import type { Rendition } from '#contract/bulletin.ts';
import { findBulletin, findRevision, type StoredBulletin } from '../bulletins/bulletin-store.ts';
import { inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import { type EncodedAudio, makeRendition, type Rendition as MadeRendition } from '../media/make-rendition.ts';
import { targetLufs } from '../media/plan-audio-rules.ts';
import { withWorkFolder } from '../media/work-folder.ts';
import { makeSpokenText, type Source, speak, takeRecording } from './make-source.ts';
import { RenderProgress } from './render-progress.ts';
import type { RenderDeps, RenderRun } from './rendering-deps.ts';
import {
  type Claim,
  claimRendering,
  type RevisionKey,
  saveCancelled,
  saveDone,
  saveFailed,
  saveSpokenText,
} from './rendering-store.ts';
import { insertRenditions } from './rendition-store.ts';

/** For one program at a time; an hour of sound takes about a minute. */
const PROGRAM_TIME_LIMIT_MS = 10 * 60_000;

/** Another run, or a cancel, holds the row: nothing of this run may be written. */
class ClaimLost extends Error {}

/**
 * Makes the finished audio of one frozen revision. Runs again from the beginning after a crash; where it is done already,
 * cancelled or failed, it returns at once. A refusal is the outcome of the rendering and stands on its row; anything else is
 * thrown, for whoever runs it to try again.
 */
export async function renderBulletin(deps: RenderDeps, key: RevisionKey, run: RenderRun): Promise<void> {
  const current = await findBulletin(deps.db, key.bulletinId);
  if (current && current.revision !== key.revision) {
    // Edited since: nobody will hear this revision, and the new one is waiting.
    await saveCancelled(deps.db, key, instantOf(deps.clock.now()));
    return;
  }
  const claim = await claimRendering(deps.db, key, instantOf(deps.clock.now()));
  if (!claim) return;
  const bulletin = await findRevision(deps.db, key.bulletinId, key.revision);
  if (!bulletin) throw new Error(`a rendering without its revision: ${key.bulletinId} ${key.revision}`);
  tell(deps, bulletin, 'running', 0);
  const lost = new AbortController();
  const signal = AbortSignal.any([run.signal, lost.signal]);
  const progress = new RenderProgress(deps, claim, bulletin.areaId, run.reportProgress, () => lost.abort(new ClaimLost()));
  try {
    await withWorkFolder(deps.workFolder, (folder) => renderIn(folder, deps, claim, bulletin, progress, signal));
    tell(deps, bulletin, 'done', 100);
  } catch (error) {
    if (lost.signal.aborted || error instanceof ClaimLost) return;
    if (run.signal.aborted || !isProblem(error)) throw error;
    await saveRefusal(deps, claim, bulletin, error);
  }
}

/** The last word on a rendering that won't be tried again. */
export async function endRendering(deps: RenderDeps, key: RevisionKey, error: Error): Promise<void> {
  const bulletin = await findRevision(deps.db, key.bulletinId, key.revision);
  if (!bulletin) return;
  await saveRefusal(deps, key, bulletin, isProblem(error) ? error : new Problem('render-failed', { reason: error.message }));
}

async function saveRefusal(
  deps: RenderDeps,
  key: RevisionKey | Claim,
  bulletin: StoredBulletin,
  problem: Problem,
): Promise<void> {
  const { code } = problem;
  // Where on this machine the disk is full is for the log.
  const params = code === 'disk-full' ? {} : problem.params;
  deps.logger.warn({ bulletinId: key.bulletinId, revision: key.revision, err: problem }, 'a rendering failed');
  const isWritten = await saveFailed(deps.db, key, { code, params }, instantOf(deps.clock.now()));
  if (isWritten) tell(deps, bulletin, 'failed', 0);
}

async function renderIn(
  folder: string,
  deps: RenderDeps,
  claim: Claim,
  bulletin: StoredBulletin,
  progress: RenderProgress,
  signal: AbortSignal,
): Promise<void> {
  const source = await makeSource(folder, deps, claim, bulletin, signal);
  progress.report(10);
  const target = targetLufs(bulletin.class);
  const made = await makeRendition(
    {
      source: source.input,
      folder,
      targetLufs: target,
      silentBelowLufs: deps.limits.silentBelowLufs,
      onPercent: (percent) => progress.report(10 + percent * 0.87),
    },
    {
      programs: deps.programs,
      timeLimitMs: PROGRAM_TIME_LIMIT_MS,
      niceness: bulletin.class === 'emergency' ? 0 : 10,
      signal,
    },
  );
  checkLoudness(made, bulletin, target);
  await progress.settled();
  signal.throwIfAborted();
  for (const audio of [made.opus, made.mp3]) await deps.audioLibrary.put(audio.file, audio.sha256);
  const now = instantOf(deps.clock.now());
  await inTransaction(deps.db, async (db) => {
    if (!(await saveDone(db, claim, now))) throw new ClaimLost();
    const renditions = [describe(made.opus, 'opus', source, bulletin), describe(made.mp3, 'mp3', source, bulletin)];
    await insertRenditions(db, claim, renditions, now);
  });
}

async function makeSource(
  folder: string,
  deps: RenderDeps,
  claim: Claim,
  bulletin: StoredBulletin,
  signal: AbortSignal,
): Promise<Source> {
  if (bulletin.kind === 'recording') {
    if (bulletin.uploadId === null) throw new Problem('bulletin-without-content', { missing: 'uploadId' });
    return takeRecording(deps, bulletin.uploadId);
  }
  const { spoken, unknownTokens } = await makeSpokenText(deps, bulletin);
  if (spoken === '') throw new Problem('text-unsayable');
  if (!(await saveSpokenText(deps.db, claim, spoken, unknownTokens))) throw new ClaimLost();
  return speak(deps, bulletin, spoken, folder, signal);
}

/** What misses the target after three encodings is refused; but an emergency is not kept back by a decibel. */
function checkLoudness(made: MadeRendition, bulletin: StoredBulletin, target: number): void {
  if (made.isOnTarget || bulletin.class === 'emergency') return;
  const { loudnessLufs, truePeakDbtp } = made.opus;
  throw new Problem('loudness-off-target', { loudnessLufs, truePeakDbtp, targetLufs: target });
}

function describe(audio: EncodedAudio, codec: Rendition['codec'], source: Source, bulletin: StoredBulletin): Rendition {
  const { sha256, bytes, durationMs, loudnessLufs, truePeakDbtp } = audio;
  const { engine, engineVersion, voice } = source;
  return {
    sha256,
    codec,
    bytes,
    durationMs,
    loudnessLufs,
    truePeakDbtp,
    engine,
    engineVersion,
    voice,
    purpose: bulletin.purpose,
  };
}

function tell(deps: RenderDeps, bulletin: StoredBulletin, state: string, progressPercent: number): void {
  const { bulletinId, areaId } = bulletin;
  deps.publish({ type: 'rendering-changed', bulletinId, state, progressPercent }, areaId);
  if (state !== 'running') deps.publish({ type: 'bulletin-changed', bulletinId, state: bulletin.state }, areaId);
}
