import type { BulletinKind, BulletinState } from '#contract/bulletin.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { Problem } from '../lib/problem.ts';

export type BulletinAct = 'edit' | 'preview' | 'submit' | 'approve' | 'reject';

/**
 *            preview            submit again (only when its rendering failed or was stopped)
 *             ┌──┐                 ┌──┐
 *   compose ▸ draft ── submit ▸ submitted ── approve ▸ approved
 *               ▴                 │    │                  │
 *               │                edit  └── reject ▸ rejected
 *               └─────────────────┴─────────── edit ──────┘
 *
 * Not approved is the rule: one single act leads to `approved`, and every edit leads away from it.
 */
const NEXT: Record<BulletinState, Partial<Record<BulletinAct, BulletinState>>> = {
  draft: { edit: 'draft', preview: 'draft', submit: 'submitted' },
  // Editing what waits for approval withdraws it: nobody approves a text that its author is still changing.
  submitted: { edit: 'draft', submit: 'submitted', approve: 'approved', reject: 'rejected' },
  approved: { edit: 'draft' },
  rejected: { edit: 'draft' },
};

const REFUSAL: Record<BulletinAct, ProblemCode> = {
  edit: 'conflict',
  preview: 'bulletin-not-draft',
  submit: 'bulletin-not-draft',
  approve: 'bulletin-not-submitted',
  reject: 'bulletin-not-submitted',
};

/** @throws Problem where the act is not allowed in this state. */
export function nextState(state: BulletinState, act: BulletinAct): BulletinState {
  const next = NEXT[state][act];
  if (!next) throw new Problem(REFUSAL[act], { state });
  return next;
}

/** Every request names the revision that its sender saw: what was seen is what is decided on. */
export function checkRevision(current: number, seen: number): void {
  if (current !== seen) throw new Problem('bulletin-changed-since', { revision: current, seen });
}

export interface EditedRevision {
  revision: number;
  isFrozen: boolean;
  editorId: string;
}

/**
 * Every edit counts the revision up, so that the second of two open tabs is refused. What was frozen is kept; so is what
 * another person wrote, because whoever had a hand in a bulletin may not approve it.
 */
export function planRevision(current: EditedRevision, editorId: string): { revision: number; keepsCurrent: boolean } {
  return { revision: current.revision + 1, keepsCurrent: current.isFrozen || current.editorId !== editorId };
}

export interface ApprovalQuestion {
  state: BulletinState;
  revision: number;
  /** The author, everybody who edited any revision, and who recorded the upload. */
  makerIds: readonly string[];
  /** The Opus rendition of the current revision. */
  renditionSha256: string | undefined;
}

/** @throws Problem unless this person may approve exactly this revision with exactly this audio. */
export function decideApproval(
  bulletin: ApprovalQuestion,
  wanted: { approverId: string; revision: number; renditionSha256: string },
): BulletinState {
  if (bulletin.makerIds.includes(wanted.approverId)) throw new Problem('approver-is-author');
  const next = nextState(bulletin.state, 'approve');
  checkRevision(bulletin.revision, wanted.revision);
  if (bulletin.renditionSha256 === undefined) throw new Problem('bulletin-not-rendered', { revision: bulletin.revision });
  if (bulletin.renditionSha256 !== wanted.renditionSha256) throw new Problem('audio-not-those-heard');
  return next;
}

export interface Draft {
  kind: BulletinKind;
  title: string;
  text: string | null;
  uploadId: string | null;
}

const CONTROL_IN_LINE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** What even a draft must keep to. */
export function checkDraft(draft: Draft & { topics: readonly string[]; source: string }): void {
  for (const [where, line] of Object.entries({ title: draft.title, source: draft.source, topics: draft.topics.join('') })) {
    if (CONTROL_IN_LINE.test(line)) throw new Problem('text-has-control-characters', { where });
  }
  if (draft.kind === 'text' && draft.uploadId !== null) {
    throw new Problem('request-invalid', { faults: ['body.uploadId: a bulletin of kind text has no recording'] });
  }
}

/** What must be there before it is rendered or handed over. Whether the text can be said is the text's own check. */
export function checkContent(draft: Draft & { language: string }): void {
  if (draft.title === '') throw new Problem('title-empty');
  // Read by Vietnamese rules another language would be noise.
  if (draft.kind === 'text' && !/^vi(-|$)/i.test(draft.language))
    throw new Problem('text-unsayable', { language: draft.language });
  if (draft.kind === 'recording' && draft.uploadId === null)
    throw new Problem('bulletin-without-content', { missing: 'uploadId' });
}
