import { readDigits } from './number-reading-rules.ts';

/** The names that Vietnamese gives the letters. Each name is itself a Vietnamese syllable, so that it is read unchanged. */
const LETTER_NAMES: Readonly<Record<string, string>> = {
  a: 'a',
  ă: 'á',
  â: 'ớ',
  b: 'bê',
  c: 'xê',
  d: 'dê',
  đ: 'đê',
  e: 'e',
  ê: 'ê',
  f: 'ép',
  g: 'gờ',
  h: 'hát',
  i: 'i',
  j: 'gi',
  k: 'ca',
  l: 'lờ',
  m: 'mờ',
  n: 'nờ',
  o: 'o',
  ô: 'ô',
  ơ: 'ơ',
  p: 'pê',
  q: 'quy',
  r: 'rờ',
  s: 'ét',
  t: 'tê',
  u: 'u',
  ư: 'ư',
  v: 'vê',
  w: 'vê kép',
  x: 'ích',
  y: 'i dài',
  z: 'dét',
};

/** One letter's name; foreign marks fall off ("ü" → "u"), letters of other scripts have none and give ''. */
export function letterName(letter: string): string {
  const lower = letter.toLowerCase();
  const own = LETTER_NAMES[lower];
  if (own !== undefined) return own;
  const decomposed = lower.normalize('NFD');
  // A toned vowel keeps its vowel sign: "ế" is named "ê".
  const untoned = decomposed.replace(/[\u0300\u0301\u0303\u0309\u0323]/g, '').normalize('NFC');
  return LETTER_NAMES[untoned] ?? LETTER_NAMES[lower.normalize('NFKD').charAt(0)] ?? '';
}

/** Letters by name, digits by digit; everything else is silent. */
export function spell(token: string): string {
  return [...token]
    .map((char) => (/[0-9]/.test(char) ? readDigits(char) : letterName(char)))
    .filter((name) => name !== '')
    .join(' ');
}
