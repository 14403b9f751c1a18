import { NUMBERED_PREFIXES } from './abbreviations.ts';
import { letterName, spell } from './letter-name-rules.ts';
import { readDigits, readInteger, romanValue, readCardinal } from './number-reading-rules.ts';
import { isAtLineStart, matchAt, type Place, type Reading } from './reading-place-rules.ts';
import { unitAt } from './unit-name-rules.ts';
import { isVietnameseSyllable, splitIntoSyllables } from './vietnamese-syllable-rules.ts';

const LETTERS = /[\p{L}\p{M}]+/uy;
const MIXED = /[\p{L}\p{M}\p{N}]+/uy;

const doubted = (length: number, spoken: string): Reading => ({
  length,
  spoken,
  kind: 'word',
  doubts: [{ offset: 0, length, spoken }],
});

/** After these a Roman numeral is expected: "quý III", "thôn IV", "Điều II". */
const NUMERAL_NOUNS = new Set(
  `thôn ấp khóm tổ quý khóa khoá điều chương mục phần kỳ đợt kỷ kỉ cấp hạng loại khu vùng nhóm lần thứ hội quận đoạn tập bậc
  lục độ vực động lớp đội giải nghị phiên bản tiểu đến`.split(/\s+/),
);
/** Capitals that are also words: "XI MĂNG", "VI PHẠM". They count as numerals only where no such word is spelled out. */
const ALSO_WORDS = new Set(['VI', 'XI']);
const GOES_ON_AS_WORD = / +(?:PHẠM|MĂNG|TÍNH|KHUẨN|RÚT|SINH|MÔ|NÃ|RÔ|LƯỢNG|XU)(?!\p{L})/uy;
const CAPITALS_NEXT = / +[\p{Lu}\p{M}]{2,}(?![\p{L}\p{N}])/uy;
const YEAR_OF_ISSUE = /\/(\d{4})(?![\p{L}\d/])/uy;
const CLAUSE_END = /[.)] /y;

function standsInCapitals(place: Place, end: number): boolean {
  if (matchAt(CAPITALS_NEXT, place.text, end) !== null) return true;
  return /(?:^|[^\p{L}])[\p{Lu}\p{M}]{2,} +$/u.test(place.text.slice(Math.max(0, place.at - 16), place.at));
}

function readRoman(place: Place): Reading | undefined {
  const found = matchAt(MIXED, place.text, place.at);
  const token = found?.[0] ?? '';
  const value = romanValue(token);
  if (value === undefined) return undefined;
  const end = place.at + token.length;
  const opensClause = isAtLineStart(place) && matchAt(CLAUSE_END, place.text, end) !== null && token !== 'L';
  const isExpected = NUMERAL_NOUNS.has(place.before.lastWord) || opensClause;
  if (token === 'L' || (!isExpected && (token.length < 2 || token.includes('L')))) return undefined;
  if (isExpected ? isVietnameseSyllable(token) && token.includes('L') : false) return undefined;
  if (ALSO_WORDS.has(token)) {
    if (matchAt(GOES_ON_AS_WORD, place.text, end) !== null) return undefined;
    if (!isExpected && standsInCapitals(place, end)) return undefined;
  }
  const year = matchAt(YEAR_OF_ISSUE, place.text, end);
  const spoken = place.before.lastWord === 'thứ' && value === 1 ? 'nhất' : readCardinal(String(value));
  if (year === null) return { length: token.length, spoken, kind: 'value', size: value };
  return { length: token.length + year[0].length, spoken: `${spoken} năm ${readInteger(year[1] ?? '')}`, kind: 'value' };
}

/** Before these, "CA" and "TU" in a heading are the office, not the word. */
const OFFICE_NEXT = / +(?:XÃ|HUYỆN|TỈNH|PHƯỜNG|THỊ|QUẬN)(?!\p{L})/uy;

export function readDictionary(place: Place): Reading | undefined {
  const entry = place.dictionary.findAt(place.text, place.at);
  if (entry === undefined) return undefined;
  const reading: Reading = { length: entry.length, spoken: entry.spoken, kind: 'word' };
  if (entry.isOfArea) return reading;
  const written = place.text.slice(place.at, place.at + entry.length);
  const end = place.at + entry.length;
  // In a line of capitals "CA NHẠC" is written out, not abbreviated.
  const isWord = isVietnameseSyllable(written) && standsInCapitals(place, end) && matchAt(OFFICE_NEXT, place.text, end) === null;
  return isWord ? undefined : reading;
}

function readLetter(place: Place, letter: string): Reading {
  // Lower case, so that "I" said as a letter is never taken for a numeral when read again.
  const lower = letter.toLowerCase();
  if (isVietnameseSyllable(letter)) return { length: letter.length, spoken: lower, kind: 'word' };
  const spoken = letterName(letter);
  // "b)" opens a clause.
  const isName = spoken !== '' && (letter !== lower || place.text[place.at + letter.length] === ')');
  return isName ? { length: letter.length, spoken, kind: 'word' } : doubted(letter.length, spoken);
}

function readCapitals(place: Place, token: string): Reading {
  const lower = token.toLowerCase();
  if (!isVietnameseSyllable(lower)) return doubted(token.length, spell(token));
  const isPlain = /^[A-Z]+$/.test(token);
  const isVouched = !isPlain || standsInCapitals(place, place.at + token.length);
  return isVouched ? { length: token.length, spoken: lower, kind: 'word' } : doubted(token.length, lower);
}

/** A unit without its number: "tính theo km/h". Single letters are no units here. */
function readLoneUnit(place: Place): Reading | undefined {
  const unit = unitAt(place.text, place.at);
  if (unit === undefined || !/^(?:[a-z]{2}|[a-z][23²³])/.test(unit.written) || isVietnameseSyllable(unit.written))
    return undefined;
  return unit.written === 'tr' ? undefined : { length: unit.written.length, spoken: unit.spoken, kind: 'word' };
}

function readLetters(place: Place, token: string): Reading {
  if ([...token].length === 1) return readLetter(place, token);
  const lower = token.toLowerCase();
  if (token === token.toUpperCase() && token !== lower) return readCapitals(place, token);
  if (isVietnameseSyllable(lower)) {
    const isTitle = token.slice(1) === lower.slice(1);
    return { length: token.length, spoken: isTitle ? token : lower, kind: 'word' };
  }
  const isPlainWord = token.slice(1) === lower.slice(1);
  const syllables = isPlainWord ? splitIntoSyllables(lower) : undefined;
  return doubted(token.length, syllables?.join(' ') ?? spell(token));
}

/** "10A1", "tổ5": letters and digits glued together; short capitals are spelled, what is a word stays one. */
function readMixed(token: string): Reading {
  const said = [...token.matchAll(/([0-9]+)|([^0-9]+)/g)].map(([, digits, letters = '']) => {
    if (digits !== undefined) return digits.length > 6 ? readDigits(digits) : readInteger(digits);
    if (Object.hasOwn(NUMBERED_PREFIXES, letters)) return spell(letters);
    const lower = letters.toLowerCase();
    return [...letters].length > 1 && letters !== letters.toUpperCase() && isVietnameseSyllable(lower) ? lower : spell(letters);
  });
  return doubted(token.length, said.filter((part) => part !== '').join(' '));
}

export function readWord(place: Place): Reading | undefined {
  const roman = readRoman(place);
  const known = roman ?? readLoneUnit(place);
  if (known !== undefined) return known;
  const letters = matchAt(LETTERS, place.text, place.at)?.[0] ?? '';
  const mixed = matchAt(MIXED, place.text, place.at)?.[0] ?? '';
  if (mixed === '') return undefined;
  return mixed.length === letters.length ? readLetters(place, letters) : readMixed(mixed);
}
