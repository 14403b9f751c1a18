import type { Bulletin, BulletinKind } from '#contract/bulletin.ts';
import type { ApiRequest } from '../api/api-client.ts';

/** What the editor holds of a bulletin: all that a person may write. */
export interface DraftContent {
  kind: BulletinKind;
  title: string;
  /** What will be said; of a recording what is said in it, for those who read along. */
  text: string;
  uploadId: string | null;
  field: number;
  topics: string[];
  class: Bulletin['class'];
  purpose: Bulletin['purpose'];
  language: string;
  source: string;
  voice: string;
  wordsPerMinute: number;
}

export const EMPTY_DRAFT: DraftContent = {
  kind: 'text',
  title: '',
  text: '',
  uploadId: null,
  field: 1,
  topics: [],
  class: 'normal',
  purpose: 'real',
  language: 'vi',
  source: '',
  voice: 'vi',
  wordsPerMinute: 150,
};

export function contentOf(bulletin: Bulletin): DraftContent {
  const { kind, title, text, uploadId, field, topics, purpose, language, source, voice, wordsPerMinute } = bulletin;
  const rest = { field, topics, class: bulletin.class, purpose, language, source, voice, wordsPerMinute };
  return { kind, title, text: text ?? '', uploadId, ...rest };
}

/** As the server takes it; a text of blanks is none. */
export function wireOf({
  kind: _kind,
  text,
  ...content
}: DraftContent): Omit<NonNullable<ApiRequest<'editBulletin'>['body']>, 'revision'> {
  return { ...content, text: text.trim() === '' ? null : text };
}

/** The server trims lines; that is no change. */
export function isSameContent(a: DraftContent, b: DraftContent): boolean {
  return JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));
}

function tidy(content: DraftContent): unknown[] {
  const { kind, title, text, uploadId, field, topics, purpose, language, source, voice, wordsPerMinute } = content;
  const lines = [title, source].map((line) => line.trim().normalize('NFC'));
  return [
    kind,
    lines,
    text.trim().normalize('NFC'),
    uploadId,
    field,
    topics,
    content.class,
    purpose,
    language,
    voice,
    wordsPerMinute,
  ];
}

/** A draft begins to exist once there is something in it; its kind is settled by that. */
export function isWorthKeeping({ kind, text, uploadId }: DraftContent): boolean {
  return kind === 'text' ? text.trim() !== '' : uploadId !== null;
}
