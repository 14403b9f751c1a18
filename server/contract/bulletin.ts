import { z } from 'zod';
import { Class, Id, Instant, Milliseconds, Purpose, Sha256 } from './primitives.ts';
import { ProblemReply } from './problem.ts';

/** LoaiLinhVuc 1–6 of the source information systems' data exchange (domain.md A4 e). */
export const Field = z.int().min(1).max(6);
export const BulletinKind = z.enum(['text', 'recording']);
export type BulletinKind = z.infer<typeof BulletinKind>;
/**
 * draft → submitted → approved
 *   ↑        └──────→ rejected → (edit opens the next revision) draft
 *   └── any edit of an approved or rejected bulletin opens the next revision as a draft: its approval does not carry over
 */
export const BulletinState = z.enum(['draft', 'submitted', 'approved', 'rejected']);
export type BulletinState = z.infer<typeof BulletinState>;

export const Rendition = z.object({
  sha256: Sha256,
  codec: z.enum(['opus', 'mp3']),
  bytes: z.int(),
  durationMs: Milliseconds,
  /** Both measured on the encoded file, decoded again. */
  loudnessLufs: z.number(),
  truePeakDbtp: z.number(),
  engine: z.string().nullable(),
  engineVersion: z.string().nullable(),
  voice: z.string().nullable(),
  purpose: Purpose,
});
export type Rendition = z.infer<typeof Rendition>;

export const UnknownToken = z.object({ written: z.string(), spoken: z.string(), startIndex: z.int().min(0) });
export type UnknownToken = z.infer<typeof UnknownToken>;

export const Rendering = z.object({
  state: z.enum(['none', 'queued', 'running', 'done', 'failed', 'cancelled']),
  progressPercent: z.int().min(0).max(100),
  problem: ProblemReply.nullable(),
  spokenText: z.string().nullable(),
  unknownTokens: z.array(UnknownToken),
});
export type Rendering = z.infer<typeof Rendering>;

export const Bulletin = z.object({
  bulletinId: Id,
  areaId: Id,
  authorId: Id,
  authorName: z.string(),
  kind: BulletinKind,
  title: z.string(),
  text: z.string().nullable(),
  uploadId: Id.nullable(),
  field: Field,
  topics: z.array(z.string()),
  class: Class,
  purpose: Purpose,
  language: z.string(),
  source: z.string(),
  voice: z.string(),
  wordsPerMinute: z.int(),
  state: BulletinState,
  revision: z.int().min(1),
  rendering: Rendering,
  renditions: z.array(Rendition),
  decision: z
    .object({
      decision: z.enum(['approved', 'rejected']),
      approverId: Id,
      decidedAt: Instant,
      reason: z.string().nullable(),
      renditionSha256: Sha256.nullable(),
    })
    .nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Bulletin = z.infer<typeof Bulletin>;

/** The text is checked by its own rules (`text-empty`, `text-too-long` …), so that the refusal names what is wrong. */
const content = {
  title: z.string().trim().max(200),
  text: z.string().nullable().default(null),
  uploadId: Id.nullable().default(null),
  field: Field,
  topics: z.array(z.string().trim().min(1).max(40)).max(10).default([]),
  class: Class.default('normal'),
  purpose: Purpose.default('real'),
  language: z.string().max(20).default('vi'),
  source: z.string().trim().max(200).default(''),
  voice: z.string().max(60).default('vi'),
  wordsPerMinute: z.int().min(110).max(200).default(150),
};
export const ComposeBulletin = z.strictObject({ areaId: Id, kind: BulletinKind, ...content });
export type ComposeBulletin = z.infer<typeof ComposeBulletin>;
/** `revision`: the one this edit was made on; another one since then is refused, so two tabs can't overwrite each other. */
export const EditBulletin = z.strictObject({ revision: z.int().min(1), ...content });
export type EditBulletin = z.infer<typeof EditBulletin>;
export const AtRevision = z.strictObject({ revision: z.int().min(1) });
/** `renditionSha256`: the very audio that was listened to (the Opus rendition). */
export const ApproveBulletin = z.strictObject({ revision: z.int().min(1), renditionSha256: Sha256 });
export const RejectBulletin = z.strictObject({ revision: z.int().min(1), reason: z.string().trim().max(1000) });

/** This very audio was played to its end. */
export const NoteListening = z.strictObject({ revision: z.int().min(1), sha256: Sha256 });
export const Listening = z.object({
  accountId: Id,
  displayName: z.string(),
  revision: z.int().min(1),
  sha256: Sha256,
  listenedAt: Instant,
});
export type Listening = z.infer<typeof Listening>;

export const BulletinRevision = z.object({
  revision: z.int().min(1),
  title: z.string(),
  text: z.string().nullable(),
  uploadId: Id.nullable(),
  editorId: Id,
  editorName: z.string(),
  createdAt: Instant,
  decision: z
    .object({
      decision: z.enum(['approved', 'rejected']),
      approverName: z.string(),
      decidedAt: Instant,
      reason: z.string().nullable(),
    })
    .nullable(),
});
export type BulletinRevision = z.infer<typeof BulletinRevision>;

export const NormalisedText = z.object({ spoken: z.string(), unknownTokens: z.array(UnknownToken) });
export const NormaliseText = z.strictObject({ areaId: Id, text: z.string().max(100_000) });

export const Upload = z.object({
  uploadId: Id,
  areaId: Id,
  fileName: z.string(),
  bytes: z.int(),
  receivedBytes: z.int(),
  state: z.enum(['open', 'finished', 'refused']),
  /** True where the format itself says how long it is; where it can't, truncation can't be told. */
  lengthDeclared: z.enum(['declared', 'absent']).nullable(),
  durationMs: Milliseconds.nullable(),
  problem: ProblemReply.nullable(),
});
export type Upload = z.infer<typeof Upload>;
