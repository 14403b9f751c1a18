import { readCardinal } from './number-reading-rules.ts';

/**
 * The text as the reading rules want it: plain digits, plain dashes, plain spaces, nothing invisible.
 * Every character remembers where it stood, because the author is shown places in the text that was typed.
 */
export interface WorkingText {
  text: string;
  /** For each UTF-16 unit of `text`, its index in the original; one more entry for the end. */
  origin: number[];
}

const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/;
const APOSTROPHES = /[\u2018\u2019\u02BC\u2032\u2035]/;
const INVISIBLE = /[\p{Cf}\p{Cs}\uFE00-\uFE0F\u034F]/u;
const LINE_BREAK = /[\n\v\f\u0085\u2028\u2029]/;
const BLANK = /[\p{Zs}\p{Cc}]/u;

/** Digits of every script stand in runs of ten, zero first. */
function digitValue(char: string): string {
  const start = char.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(start - value - 1))) value++;
  return String(value);
}

/** Numbers that are single characters: "½", "Ⅳ", "²", "①". */
function numberCharacter(char: string): string {
  const plain = char.normalize('NFKC');
  if (/^[0-9]+$/.test(plain)) return ` ${plain} `;
  // In words at once: as "1/2" it might be taken for the first of February.
  const share = /^([0-9]+)\u2044([0-9]+)$/.exec(plain);
  if (share !== null) return ` ${readCardinal(share[1] ?? '')} phần ${share[2] === '4' ? 'tư' : readCardinal(share[2] ?? '')} `;
  return /^[IVXL]+$/.test(plain) ? plain : char;
}

function replacementOf(char: string, previous: string): string {
  // Superscripts belong to a unit ("m²") and stay, else they would read as a number of their own.
  if ((char === '²' || char === '³') && /\p{L}/u.test(previous)) return char;
  if (LINE_BREAK.test(char)) return '\n';
  if (INVISIBLE.test(char)) return '';
  if (BLANK.test(char)) return ' ';
  if (DASHES.test(char)) return '-';
  if (APOSTROPHES.test(char)) return "'";
  if (/\p{Nd}/u.test(char)) {
    const plain = char.normalize('NFKC');
    return /^[0-9]$/.test(plain) ? plain : digitValue(char);
  }
  if (/\p{N}/u.test(char)) return numberCharacter(char);
  return /[\uFF01-\uFF5E]/.test(char) ? char.normalize('NFKC') : char;
}

/** What stays as it is, told at a glance: no other script's digits lie within. */
const PLAIN = /^[a-zA-Z0-9 ,.;:?!/()À-ɏḀ-ỹ-]$/;

export function prepareText(nfc: string): WorkingText {
  const pieces: string[] = [];
  const origin: number[] = [];
  let at = 0;
  let previous = '';
  for (const char of nfc) {
    const piece = PLAIN.test(char) ? char : replacementOf(char, previous);
    pieces.push(piece);
    for (let unit = 0; unit < piece.length; unit++) origin.push(piece.length === char.length ? at + unit : at);
    if (piece !== '') previous = piece;
    at += char.length;
  }
  origin.push(nfc.length);
  return { text: pieces.join(''), origin };
}
