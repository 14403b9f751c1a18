import type { DictionaryLookup } from './dictionary-lookup-rules.ts';

/**
 * What a stretch of text was read as.
 * `value`: a number, date or time, which a dash may continue to a range. `digits`: a code, which it may not.
 */
export type ReadingKind = 'word' | 'value' | 'digits' | 'mark' | 'silence';

/** A stretch that the rules cannot vouch for, offset counted from the start of the reading. */
export interface Doubt {
  offset: number;
  length: number;
  spoken: string;
}

export interface Reading {
  length: number;
  spoken: string;
  kind: ReadingKind;
  /** The size of a plain number, to tell "8 - 9" (a range) from "2022 - 5 việc" (a pause). */
  size?: number;
  isMoney?: boolean;
  doubts?: Doubt[];
  /** Overrides the last spoken word as context for what follows. */
  lastWord?: string;
}

/** What was read just before, as far as it bears on what follows. Reset by every pause. */
export interface Before {
  kind: ReadingKind;
  /** Last spoken word in lower case, '' after a pause. */
  lastWord: string;
  /** The word that stood before the last value: "thứ" in "thứ 2". */
  wordBeforeValue: string;
  size: number | undefined;
  isMoney: boolean;
  /** Words read since the last value; a value itself counts 0. */
  wordsSinceValue: number;
}

export interface Place {
  text: string;
  at: number;
  before: Before;
  dictionary: DictionaryLookup;
}

export type Reader = (place: Place) => Reading | undefined;

export const NOTHING_BEFORE: Before = {
  kind: 'mark',
  lastWord: '',
  wordBeforeValue: '',
  size: undefined,
  isMoney: false,
  wordsSinceValue: Infinity,
};

export function after(before: Before, reading: Reading): Before {
  if (reading.kind === 'silence') return before;
  if (reading.kind === 'mark') return NOTHING_BEFORE;
  const lastWord = reading.lastWord ?? /[\p{L}\p{M}]+$/u.exec(reading.spoken.slice(-24))?.[0].toLowerCase() ?? '';
  if (reading.kind === 'word') {
    return { ...before, kind: 'word', lastWord, wordsSinceValue: before.wordsSinceValue + 1 };
  }
  return {
    kind: reading.kind,
    lastWord,
    wordBeforeValue: before.lastWord,
    size: reading.size,
    isMoney: reading.isMoney ?? false,
    wordsSinceValue: 0,
  };
}

/** Runs a sticky pattern at the place. Patterns are module constants, so their `lastIndex` is set on every use. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const WORD_CHAR = /[\p{L}\p{M}\p{N}]/u;

/** True when no letter or digit follows, so that a token ends here. "3x4" ends after the 3: that x multiplies. */
export function endsToken(text: string, at: number): boolean {
  const next = text[at];
  return next === undefined || !WORD_CHAR.test(next) || (/[xX]/.test(next) && /[0-9]/.test(text[at + 1] ?? ''));
}

/** The last few words before the place in lower case, for context such as "đường dây nóng". */
export function textBefore(place: Place, characters: number): string {
  return place.text.slice(Math.max(0, place.at - characters), place.at).toLowerCase();
}

export function isAtLineStart(place: Place): boolean {
  for (let at = place.at - 1; at >= 0; at--) {
    const char = place.text[at];
    if (char === '\n') return true;
    if (char !== ' ') return false;
  }
  return true;
}
