import type { ProblemCode, ProblemParams } from '#contract/problem.ts';
import type { Catalogue } from '../i18n/catalogue.ts';
import { formatDuration } from '../format/durations.ts';
import { formatInstant } from '../format/instants.ts';
import { ProblemError, UnreachableError } from './problem-error.ts';

export interface ProblemText {
  /** What is wrong. */
  what: string;
  /** What can be done about it. */
  wayOut: string;
}

/** Sentences for whatever was thrown. What nobody foresaw is said to be so. */
export function problemText(words: Catalogue, error: unknown): ProblemText {
  if (error instanceof ProblemError) return problemSentence(words, error.code, error.params);
  if (error instanceof UnreachableError) return apart(words.problems.unreachable);
  return apart(words.problems.unforeseen);
}

export function problemSentence(words: Catalogue, code: ProblemCode, params: ProblemParams = {}): ProblemText {
  const { what, wayOut } = apart(conflictText(words, code, params) ?? words.problems.codes[code]);
  const said = sayable(words, params);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => said[key] ?? words.problems.notStated);
  return { what: fill(what), wayOut: fill(wayOut) };
}

function apart(sentence: string): ProblemText {
  const [what = '', wayOut = ''] = sentence.split('|');
  return { what: what.trim(), wayOut: wayOut.trim() };
}

/** `conflict` says in its parameters which of several refusals it is. */
function conflictText(words: Catalogue, code: ProblemCode, params: ProblemParams): string | undefined {
  if (code !== 'conflict') return undefined;
  const reasons: Record<string, string> = words.problems.conflicts;
  return reasons[String(params['reason'])];
}

/** Parameters by the end of their name: instants and lengths as people write them, lists with commas. */
function sayable(words: Catalogue, params: ProblemParams): Record<string, string> {
  const named: Record<string, string> = {
    ...words.words.class,
    ...words.words.level,
    ...words.words.role,
    ...words.words.bulletinState,
  };
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      if (Array.isArray(value)) return [key, value.map((one) => named[one] ?? one).join(', ')];
      if (key.endsWith('Ms') && typeof value === 'number') return [key, formatDuration(value)];
      if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return [key, formatInstant(value)];
      return [key, named[String(value)] ?? String(value)];
    }),
  );
}
