import { readDocumentNumber, readPhone, readPlate, readNumberedPrefix } from './code-number-rules.ts';
import { readDate, readTime } from './date-and-time-rules.ts';
import { createDictionaryLookup, type DictionaryEntry, type DictionaryLookup } from './dictionary-lookup-rules.ts';
import { readMoneySignFirst, readQuantity, readSlashedNumbers } from './quantity-rules.ts';
import {
  after,
  matchAt,
  NOTHING_BEFORE,
  type Before,
  type Place,
  type Reader,
  type Reading,
  type ReadingKind,
} from './reading-place-rules.ts';
import { tidySpoken } from './spoken-text-rules.ts';
import { readSymbol } from './symbol-rules.ts';
import { readWebAddress } from './web-address-rules.ts';
import { readDictionary, readWord } from './word-rules.ts';
import { prepareText } from './working-text-rules.ts';

export type { DictionaryEntry } from './dictionary-lookup-rules.ts';

export interface UnknownToken {
  written: string;
  /** What will be said for it; '' when it stays silent. */
  spoken: string;
  /** In the NFC text, in UTF-16 units. */
  startIndex: number;
}

export interface NormalisedText {
  /** Vietnamese syllables, spaces and , . ; : ? ! only: no digit is ever left. */
  spoken: string;
  unknownTokens: UnknownToken[];
}

const NUMBER_READERS: readonly Reader[] = [
  readPhone,
  readPlate,
  readDocumentNumber,
  readDate,
  readTime,
  readSlashedNumbers,
  readQuantity,
];

const firstOf = (readers: readonly Reader[], place: Place): Reading | undefined => {
  for (const reader of readers) {
    const reading = reader(place);
    if (reading !== undefined && reading.length > 0) return reading;
  }
  return undefined;
};

const UNSAYABLE_RUN = /[^\p{L}\p{N}\p{Zs}\p{P}\n]{1,64}/uy;

/** What no rule reads (emoji, strange signs) is silent, and the author is told. */
function readUnsayable(place: Place): Reading {
  const run = matchAt(UNSAYABLE_RUN, place.text, place.at)?.[0] ?? place.text.charAt(place.at);
  // A run ends before the first sign that has a reading of its own.
  let length = [...run][0]?.length ?? 1;
  while (length < run.length && readSymbol({ ...place, at: place.at + length }) === undefined) length++;
  return { length, spoken: '', kind: 'word', lastWord: '', doubts: [{ offset: 0, length, spoken: '' }] };
}

/**
 * A dictionary's spoken form may itself hold figures or foreign letters; it is read by the built-in rules,
 * and never by the area's, so that no entry can lead to itself.
 */
function createEntryReader(hasArea: boolean): (spoken: string) => string {
  const known = new Map<string, string>();
  return (spoken) => {
    const found = known.get(spoken) ?? (hasArea ? normaliseText(spoken, []).spoken : spoken);
    known.set(spoken, found);
    return found;
  };
}

function readAt(place: Place): Reading {
  const char = place.text.charAt(place.at);
  if (char === ' ') return { length: 1, spoken: '', kind: 'silence' };
  const entry = place.dictionary.findAt(place.text, place.at);
  if (entry?.isOfArea) return { length: entry.length, spoken: entry.spoken, kind: 'word' };
  const startsToken = /[\p{L}\p{N}]/u.test(char);
  const special = startsToken ? firstOf([readWebAddress, readNumberedPrefix, readDictionary], place) : undefined;
  if (special !== undefined) return special;
  const number = /[0-9+(]/.test(char) ? firstOf(/[0-9]/.test(char) ? NUMBER_READERS : [readPhone], place) : undefined;
  return number ?? firstOf([readMoneySignFirst, readSymbol, readWord], place) ?? readUnsayable(place);
}

const isNumber = (kind: ReadingKind): boolean => kind === 'value' || kind === 'digits';

function scan(text: string, dictionary: DictionaryLookup, onReading: (reading: Reading, at: number) => void): void {
  let at = 0;
  let before: Before = NOTHING_BEFORE;
  while (at < text.length) {
    const reading = readAt({ text, at, before, dictionary });
    // "báo động III 0,05m": two numbers side by side would run into one.
    const collides = isNumber(before.kind) && isNumber(reading.kind) && text[at - 1] === ' ';
    onReading(collides ? { ...reading, spoken: `, ${reading.spoken}` } : reading, at);
    before = after(before, reading);
    at += reading.length;
  }
}

/** Written Vietnamese to spoken Vietnamese. Never throws; what it can't vouch for it lists. */
export function normaliseText(text: string, dictionary: readonly DictionaryEntry[]): NormalisedText {
  const nfc = text.normalize('NFC');
  const working = prepareText(nfc);
  const readEntry = createEntryReader(dictionary.length > 0);
  const unknownTokens: UnknownToken[] = [];
  const pieces: string[] = [];
  const lookup = createDictionaryLookup(dictionary.map((entry) => ({ ...entry, spoken: readEntry(entry.spoken) })));
  scan(working.text, lookup, (reading, at) => {
    pieces.push(reading.spoken);
    for (const doubt of reading.doubts ?? []) {
      const startIndex = working.origin[at + doubt.offset] ?? 0;
      const endIndex = working.origin[at + doubt.offset + doubt.length] ?? nfc.length;
      unknownTokens.push({ written: nfc.slice(startIndex, endIndex), spoken: doubt.spoken, startIndex });
    }
  });
  return { spoken: tidySpoken(pieces), unknownTokens };
}
