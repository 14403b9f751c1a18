import { isAtLineStart, matchAt, type Place, type Reading } from './reading-place-rules.ts';
import { unitAt } from './unit-name-rules.ts';

const SPOKEN_SYMBOLS: Readonly<Record<string, string>> = {
  '&': 'và',
  '+': 'cộng',
  '=': 'bằng',
  '<': 'nhỏ hơn',
  '>': 'lớn hơn',
  '≤': 'nhỏ hơn hoặc bằng',
  '≥': 'lớn hơn hoặc bằng',
  '<=': 'nhỏ hơn hoặc bằng',
  '>=': 'lớn hơn hoặc bằng',
  '±': 'cộng trừ',
  '÷': 'chia',
  '@': 'a còng',
  '№': 'số',
};
const PAUSES: Readonly<Record<string, string>> = {
  ',': ',', ';': ';', ':': ':', '.': '.', '?': '?', '!': '!', '…': ',', '。': '.', '、': ',', '|': ',', '\\': ',', '→': ',', '⇒': ',',
  '(': ',', ')': ',', '[': ',', ']': ',', '{': ',', '}': ',',
}; // prettier-ignore
/** Marks that writing needs and speech does not: quotes, bullets, blanks to fill in. */
const SILENT = /["'“”„‟«»‹›`´*_•·●○▪▫■□◆◇►▶➢➤✓✔✗❖~^]/;

/** Right of the slash in "đồng/người": what a sum or a count is meant for each of. */
const EACH =
  /(?:người|hộ|tháng|năm|ngày|đêm|lần|giờ|phút|tuần|quý|con|cây|bộ|suất|công|vụ|em|cháu|học sinh|buổi|ca|khẩu|nhân khẩu|gia đình|xe|chiếc|hồ sơ|tấn|tạ|lít|mét|kg|tổ|đội|phòng|lớp|đơn vị|sản phẩm|bao|chai|thùng|hũ|gói|liều)(?![\p{L}\p{M}])/uy;
const ADMINISTRATIVE = /^(?:xã|phường|ấp|thôn|khóm|tổ|huyện|tỉnh|trấn|phố|quận)$/;

function readSlash(place: Place): Reading {
  const { text, at, before } = place;
  const counts = before.wordsSinceValue <= 2 && !ADMINISTRATIVE.test(before.lastWord);
  const unit = counts ? unitAt(text, at + 1) : undefined;
  if (unit !== undefined && !unit.isMoney) {
    const joint = before.isMoney || before.lastWord === 'đồng' ? 'mỗi' : 'trên';
    return { length: 1 + unit.written.length, spoken: `${joint} ${unit.spoken}`, kind: 'value', isMoney: before.isMoney };
  }
  if (counts && matchAt(EACH, text, at + 1) !== null) {
    return { length: 1, spoken: 'mỗi', kind: 'value', isMoney: before.isMoney, lastWord: 'mỗi' };
  }
  return { length: 1, spoken: ',', kind: 'mark' };
}

const NEXT_NUMBER = /- *(\d[\d.,]*)([/:hg]?)/y;
const NEXT_ROMAN = /- *[IVXL]+(?![\p{L}\p{M}\d])/uy;
const CARRIED_WORDS = new Set(['thứ', 'tháng']);
const DAY_WORDS = new Set(['ngày', 'mùng', 'mồng']);
const sizeOf = (written: string): number =>
  Number(
    written
      .replace(/[.,]+$/, '')
      .replace(/\.(?=\d{3})/g, '')
      .replace(',', '.'),
  );

/** A dash after a value leads to the other end of a range; elsewhere it joins words or makes a pause. */
function readDash(place: Place): Reading {
  const { text, at, before } = place;
  const run = /^-+/.exec(text.slice(at, at + 64))?.[0].length ?? 1;
  const pause: Reading = { length: run, spoken: ',', kind: 'mark' };
  if (run > 1) return pause;
  if (isAtLineStart(place)) return readMinus(place) ?? { length: 1, spoken: '', kind: 'silence' };
  const isSpaced = text[at - 1] === ' ' || text[at + 1] === ' ';
  if (before.kind === 'value') {
    const next = matchAt(NEXT_NUMBER, text, at);
    const noun = before.wordBeforeValue;
    // "tháng 3-4", "ngày 30/4 - 1/5": the other end says its noun again.
    const carried = CARRIED_WORDS.has(noun) || (DAY_WORDS.has(noun) && next?.[2] === '/') ? noun : '';
    const range: Reading = { length: 1, spoken: `đến ${carried}`.trim(), kind: 'word', lastWord: noun };
    const rises = next !== null && (before.size === undefined || (next[2] ?? '') !== '' || sizeOf(next[1] ?? '') > before.size);
    if (next !== null && (!isSpaced || rises)) return range;
    if (matchAt(NEXT_ROMAN, text, at) !== null) return range;
    const again = text
      .slice(at + 1, at + 12)
      .trimStart()
      .toLowerCase();
    if (noun !== '' && again.startsWith(`${noun} `)) return { length: 1, spoken: 'đến', kind: 'word' };
    if (noun === 'thứ' && /^(?:chủ nhật|cn)/.test(again)) return { length: 1, spoken: 'đến', kind: 'word' };
  }
  const minus = readMinus(place);
  if (minus !== undefined) return minus;
  return isSpaced ? pause : { length: 1, spoken: '', kind: 'silence' };
}

const NEGATIVE = /-\d[\d.,]*/y;

/** "-5" after a space is a negative number; at the start of a line it is a list mark, unless degrees follow. */
function readMinus(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(NEGATIVE, text, at);
  if (found === null || (at > 0 && !/[\s(:=<>,]/.test(text[at - 1] ?? ''))) return undefined;
  const isDegrees = /^ ?[°º℃]/.test(text.slice(at + found[0].length, at + found[0].length + 2));
  if (isAtLineStart(place) && !isDegrees && place.at > 0) return undefined;
  return { length: 1, spoken: 'âm', kind: 'word' };
}

/** A wrapped line goes on; a line that begins anew is a new sentence. */
function readLineBreak(place: Place): Reading {
  const breaks = /^\s+/.exec(place.text.slice(place.at, place.at + 200))?.[0] ?? '\n';
  const next = place.text.charAt(place.at + breaks.length);
  const wraps = /^[^\n]*\n[^\n]*$/.test(breaks) && /\p{Ll}/u.test(next);
  // "a) ..." begins anew although its letter is small.
  const clause = /^\p{L}[).]/u.test(place.text.slice(place.at + breaks.length, place.at + breaks.length + 2));
  if (wraps && !clause) return { length: breaks.length, spoken: '', kind: 'silence' };
  return { length: breaks.length, spoken: '.', kind: 'mark' };
}

const MULTIPLY = /[xX×*] ?(?=\d)/y;
const DOTS = /\.{2,}/y;
const TILDE = /~ ?(?=\d)/y;
const TWO_SIGNS = /[<>]=/y;

export function readSymbol(place: Place): Reading | undefined {
  const { text, at, before } = place;
  const char = text.charAt(at);
  if (char === ' ') return { length: 1, spoken: '', kind: 'silence' };
  if (char === '\n') return readLineBreak(place);
  if (char === '-') return readDash(place);
  if (char === '/') return readSlash(place);
  const times = before.kind === 'value' ? matchAt(MULTIPLY, text, at) : null;
  if (times !== null) return { length: times[0].length, spoken: 'nhân', kind: 'word' };
  if (char === '~' && matchAt(TILDE, text, at) !== null) return { length: 1, spoken: 'khoảng', kind: 'word' };
  const signs = matchAt(TWO_SIGNS, text, at);
  if (signs !== null) return { length: 2, spoken: SPOKEN_SYMBOLS[signs[0]] ?? '', kind: 'word' };
  const dots = matchAt(DOTS, text, at);
  if (dots !== null) {
    const length = dots[0].length;
    return { length, spoken: /^\s+\p{Lu}/u.test(text.slice(at + length, at + length + 8)) ? '.' : ',', kind: 'mark' };
  }
  const pause = Object.hasOwn(PAUSES, char) ? PAUSES[char] : undefined;
  if (pause !== undefined) return { length: 1, spoken: pause, kind: 'mark' };
  if (SILENT.test(char)) return { length: 1, spoken: '', kind: 'silence' };
  const word = Object.hasOwn(SPOKEN_SYMBOLS, char) ? SPOKEN_SYMBOLS[char] : undefined;
  if (word !== undefined) return { length: 1, spoken: word, kind: 'word' };
  const unit = /[\p{L}\p{N}]/u.test(char) ? undefined : unitAt(text, at);
  return unit === undefined ? undefined : { length: unit.written.length, spoken: unit.spoken, kind: 'word' };
}
