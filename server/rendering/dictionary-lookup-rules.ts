import { ABBREVIATIONS } from './abbreviations.ts';

export interface DictionaryEntry {
  written: string;
  spoken: string;
}

export interface FoundEntry {
  length: number;
  spoken: string;
  isOfArea: boolean;
}

export interface DictionaryLookup {
  /** The longest entry that stands whole at this place of the text. */
  findAt(text: string, at: number): FoundEntry | undefined;
  /** The entry for exactly this token. */
  find(token: string): FoundEntry | undefined;
}

interface Indexed extends FoundEntry {
  written: string;
  matchesAnyCase: boolean;
}

const isWordChar = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{M}\p{N}]/u.test(char);
const DIGIT = /[0-9]/;

/** "UBND" is an abbreviation only in capitals; "zalo" is the same word however it is written. */
const isAllCapitals = (written: string): boolean => written === written.toUpperCase();

function standsWhole(text: string, at: number, written: string): boolean {
  const end = at + written.length;
  if (isWordChar(written.at(-1)) && isWordChar(text[end])) return false;
  // "1" is no token inside "1.350", nor "12" inside "12/9".
  if (DIGIT.test(written.at(-1) ?? '') && /[.,/:-]/.test(text[end] ?? '') && DIGIT.test(text[end + 1] ?? '')) return false;
  if (DIGIT.test(written.charAt(0)) && /[.,/:-]/.test(text[at - 1] ?? '') && DIGIT.test(text[at - 2] ?? '')) return false;
  // "P.", "TX." stand before a name or a number; elsewhere the dot ends a sentence.
  if (/^\p{Lu}+\.$/u.test(written)) return /^ ?[\p{Lu}\d]/u.test(text.slice(end, end + 3));
  return true;
}

function indexed(entries: readonly DictionaryEntry[], isOfArea: boolean): Indexed[] {
  return entries
    .map(({ written, spoken }) => ({ written: written.normalize('NFC').trim(), spoken, isOfArea }))
    .filter(({ written }) => written !== '')
    .map((entry) => ({ ...entry, length: entry.written.length, matchesAnyCase: !isAllCapitals(entry.written) }));
}

function byFirstCharacter(entries: readonly Indexed[]): Map<string, Indexed[]> {
  const index = new Map<string, Indexed[]>();
  for (const entry of entries) {
    const key = entry.written.charAt(0).toLowerCase();
    const sharing = index.get(key) ?? [];
    sharing.push(entry);
    index.set(key, sharing);
  }
  // Longest first; of two equally long, the area's (listed first, and sorting is stable) wins.
  for (const sharing of index.values()) sharing.sort((one, other) => other.length - one.length);
  return index;
}

const builtIn = indexed(ABBREVIATIONS, false);
const builtInIndex = byFirstCharacter(builtIn);

export function createDictionaryLookup(area: readonly DictionaryEntry[]): DictionaryLookup {
  const index = area.length === 0 ? builtInIndex : byFirstCharacter([...indexed(area, true), ...builtIn]);
  const matches = (entry: Indexed, candidate: string): boolean =>
    entry.matchesAnyCase ? entry.written.toLowerCase() === candidate.toLowerCase() : entry.written === candidate;
  const sharingFirst = (char: string): readonly Indexed[] => index.get(char.toLowerCase()) ?? [];
  return {
    findAt: (text, at) =>
      sharingFirst(text.charAt(at)).find(
        (entry) => matches(entry, text.slice(at, at + entry.length)) && standsWhole(text, at, entry.written),
      ),
    find: (token) => sharingFirst(token.charAt(0)).find((entry) => matches(entry, token)),
  };
}
