import {
  canonicalReading,
  groupDigits,
  readCardinal,
  readDigitGroups,
  readFraction,
  readInteger,
  readMonth,
  readOrdinal,
} from './number-reading-rules.ts';
import { endsToken, matchAt, type Place, type Reading } from './reading-place-rules.ts';
import { unitAt } from './unit-name-rules.ts';

const NOT_FURTHER = String.raw`(?!\d|[.,]\d)`;
const DOT_THOUSANDS = new RegExp(String.raw`([1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?${NOT_FURTHER}`, 'y');
const COMMA_THOUSANDS = new RegExp(String.raw`([1-9]\d{0,2}(?:,\d{3}){2,})(?:\.(\d+))?${NOT_FURTHER}`, 'y');
const SPACE_THOUSANDS = new RegExp(String.raw`([1-9]\d{0,2}(?: \d{3})+)(?:,(\d+))?(?! ?\d|[.,/:-]\d)`, 'y');
const DECIMAL = new RegExp(String.raw`(\d+),(\d+)${NOT_FURTHER}`, 'y');
const DOTTED = /\d+(?:\.\d+)+/y;
const WHOLE = /\d+/y;

/** After these "3,4" lists two numbers. */
const LISTED_NOUNS = new Set([
  'thứ',
  'tháng',
  'tổ',
  'ấp',
  'thôn',
  'khóm',
  'lớp',
  'điều',
  'khoản',
  'ngày',
  'khu',
  'quận',
  'phường',
]);
/** After these "5 200" are two numbers. */
const NUMBERED_NOUNS = new Set([...LISTED_NOUNS, 'số', 'năm', 'mục', 'đội', 'nhóm', 'lần', 'mùng', 'mồng', 'cấp']);
const COUNTED =
  / ?(?:đồng|đ|vnđ|vnd|người|hộ|nhân khẩu|dân|ha|kg|tấn|m|m2|m²|m³|km|lít|con|cây|lượt|suất|liều|phần)(?![\p{L}\d])/iuy;
const SCALE_WORD = / ?(?:nghìn|ngàn|triệu|tỷ|tỉ|tấn|tạ|lần|mét|héc ta|giờ|phút|điểm)(?![\p{L}])/uy;
/** From here on an unbroken run of digits is a code, unless something counted follows. */
const CODE_DIGITS_MIN = 7;

interface Figure {
  length: number;
  spoken: string;
  size: number | undefined;
}

const figure = (written: string, spoken: string, size?: number): Figure => ({ length: written.length, spoken, size });
const withFraction = (whole: string, fraction: string | undefined): string =>
  fraction === undefined ? whole : `${whole} phẩy ${readFraction(fraction)}`;

function thousands(found: RegExpExecArray): Figure {
  const digits = (found[1] ?? '').replace(/\D/g, '');
  return figure(found[0], withFraction(readCardinal(digits), found[2]), Number(digits));
}

function spacedThousands(place: Place): Figure | undefined {
  const found = matchAt(SPACE_THOUSANDS, place.text, place.at);
  if (found === null || NUMBERED_NOUNS.has(place.before.lastWord)) return undefined;
  const groups = (found[1] ?? '').split(' ').length;
  const isCounted = matchAt(COUNTED, place.text, place.at + found[0].length) !== null;
  return groups > 2 || isCounted ? thousands(found) : undefined;
}

/** "3.5 ha" is a decimal in foreign dress; "2.1" alone numbers a clause. */
function dotted(place: Place, written: string): Figure {
  const parts = written.split('.');
  const [whole = '', fraction = ''] = parts;
  const end = place.at + written.length;
  const isMeasured =
    (unitAt(place.text, end) ?? unitAt(place.text, end + (place.text[end] === ' ' ? 1 : 0))) !== undefined ||
    matchAt(SCALE_WORD, place.text, end) !== null;
  if (parts.length === 2 && isMeasured) return figure(written, withFraction(readInteger(whole), fraction), Number(written));
  return figure(written, parts.map(readInteger).join(' chấm '));
}

function wholeNumber(place: Place, written: string): Figure {
  const { lastWord } = place.before;
  const size = Number(written);
  if (lastWord === 'thứ') return figure(written, readOrdinal(written), size);
  if (lastWord === 'tháng') return figure(written, readMonth(written), size);
  if (/^(?:ngày|mùng|mồng)$/.test(lastWord)) return figure(written, readCardinal(written), size);
  if (written.length >= CODE_DIGITS_MIN) {
    const end = place.at + written.length;
    const isCounted = written[0] !== '0' && (matchAt(COUNTED, place.text, end) ?? matchAt(SCALE_WORD, place.text, end));
    if (!isCounted) return figure(written, readDigitGroups(groupDigits(written)));
  }
  return figure(written, readInteger(written), size);
}

function figureAt(place: Place): Figure | undefined {
  const { text, at } = place;
  const grouped = matchAt(DOT_THOUSANDS, text, at) ?? matchAt(COMMA_THOUSANDS, text, at);
  if (grouped !== null) return thousands(grouped);
  const spaced = spacedThousands(place);
  if (spaced !== undefined) return spaced;
  // In "2,4,6" every comma lists.
  const isListed = LISTED_NOUNS.has(place.before.lastWord) || /\d,$/.test(text.slice(Math.max(0, at - 2), at));
  const decimal = isListed ? null : matchAt(DECIMAL, text, at);
  if (decimal !== null) {
    const [written, whole = '', fraction = ''] = decimal;
    return figure(written, withFraction(readInteger(whole), fraction), Number(written.replace(',', '.')));
  }
  const sequence = matchAt(DOTTED, text, at);
  if (sequence !== null) return dotted(place, sequence[0]);
  const whole = matchAt(WHOLE, text, at);
  return whole === null ? undefined : wholeNumber(place, whole[0]);
}

const IN_WORDS = / ?\(([\p{L}\p{M} ]{2,200})\)/uy;

/** "02 (hai) bản": the words in brackets are the number again, so it is said once. */
function wordsInBrackets(place: Place, end: number, spoken: string): number {
  const found = matchAt(IN_WORDS, place.text, end);
  return found !== null && canonicalReading(found[1] ?? '') === canonicalReading(spoken) ? found[0].length : 0;
}

export function readQuantity(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = figureAt(place);
  if (found === undefined) return undefined;
  let end = at + found.length;
  let { spoken } = found;
  let isMoney = false;
  const unitStart = text[end] === ' ' ? end + 1 : end;
  const unit = unitAt(text, unitStart);
  if (unit !== undefined) {
    end = unitStart + unit.written.length;
    spoken += ` ${unit.spoken}`;
    ({ isMoney } = unit);
  } else if (!endsToken(text, end)) {
    return undefined;
  }
  // "02" is said "hai" once the brackets say so, though alone it would be "không hai".
  const asCount = /^0\d+$/.test(text.slice(at, end)) ? readCardinal(text.slice(at, end)) : spoken;
  const repeated = wordsInBrackets(place, end, asCount);
  if (repeated > 0) spoken = asCount;
  const kind = spoken.includes(',') ? 'digits' : 'value';
  return { length: end + repeated - at, spoken, kind, isMoney, ...(found.size === undefined ? {} : { size: found.size }) };
}

const SIGN_FIRST = /[$€₫] ?(?=\d)/uy;

/** "$50": the sign is written first and said last. */
export function readMoneySignFirst(place: Place): Reading | undefined {
  const sign = matchAt(SIGN_FIRST, place.text, place.at);
  const currency = sign === null ? undefined : unitAt(place.text, place.at);
  if (sign === null || currency === undefined) return undefined;
  const amount = readQuantity({ ...place, at: place.at + sign[0].length });
  if (amount === undefined) return undefined;
  const length = sign[0].length + amount.length;
  const scale = matchAt(SCALE_WORD, place.text, place.at + length)?.[0] ?? '';
  return { ...amount, length: length + scale.length, spoken: `${amount.spoken} ${scale} ${currency.spoken}`, isMoney: true };
}

// Repeats are bounded: on a long list of figures an unbounded one would read the whole rest again at each of them.
const SLASHED = /(\d+(?:[.,]\d+){0,6})((?:\/\d+(?:[.,]\d+){0,6})+)/y;
const DAY_HOURS = / ?(?:h|giờ)(?![\p{L}\d])/uy;

const plain = (written: string): string => {
  if (/^[1-9]\d{0,2}(?:\.\d{3})+$/.test(written)) return readCardinal(written.replace(/\./g, ''));
  const [whole = '', fraction, more] = written.split(',');
  return fraction === undefined || more !== undefined || whole.includes('.') || fraction.includes('.')
    ? written
        .split(/([.,])/)
        .map((part) => (part === '.' ? 'chấm' : part === ',' ? 'phẩy' : readInteger(part)))
        .join(' ')
    : withFraction(readInteger(whole), fraction);
};

/** Small shares are said as parts ("hai phần ba"), the rest as "trên" ("mười hai trên mười lăm ấp"). */
export function readSlashedNumbers(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(SLASHED, text, at);
  if (found === null) return undefined;
  const [written, first = '', rest = ''] = found;
  const others = rest.slice(1).split('/');
  const [denominator = ''] = others;
  const isShare = others.length === 1 && /^[1-9]$/.test(first) && /^(?:[2-9]|10)$/.test(denominator);
  let spoken =
    isShare && Number(first) < Number(denominator)
      ? `${plain(first)} phần ${denominator === '4' ? 'tư' : plain(denominator)}`
      : [first, ...others].map(plain).join(' trên ');
  let end = at + written.length;
  const hours = matchAt(DAY_HOURS, text, end);
  const unit = unitAt(text, text[end] === ' ' ? end + 1 : end);
  if (hours !== null) {
    end += hours[0].length;
    spoken += ' giờ';
  } else if (unit !== undefined) {
    end += (text[end] === ' ' ? 1 : 0) + unit.written.length;
    spoken += ` ${unit.spoken}`;
  } else if (!endsToken(text, end)) {
    return undefined;
  }
  return { length: end - at, spoken, kind: 'value' };
}
