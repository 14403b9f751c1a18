import { doReadNumber, ReadingConfig } from 'read-vietnamese-number';

const DIGITS = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín'];

/** Above this, a listener follows digits better than "nghìn tỷ tỷ". */
export const SPOKEN_INTEGER_DIGITS_MAX = 15;

// Signs stay the library's own: any thousands sign given as "." silently reads every number as "không".
const reading = new ReadingConfig();
reading.oddText = 'linh';
reading.units = [[], ['nghìn'], ['triệu'], ['tỷ']];
reading.unit = [];

/** "0912" → "không chín một hai". */
export function readDigits(digits: string): string {
  return [...digits].map((digit) => DIGITS[Number(digit)] ?? '').join(' ');
}

/** Digits in groups with a short pause between: what a listener can write down. */
export function readDigitGroups(groups: readonly string[]): string {
  return groups.map(readDigits).join(', ');
}

/** A phone or account number written without gaps: 4 + 3 + 3 for a mobile, 4 + 4 + 3 for a landline, else threes. */
export function groupDigits(digits: string): string[] {
  if (digits.length === 11) return [digits.slice(0, 4), digits.slice(4, 8), digits.slice(8)];
  const head = digits.length % 3 === 1 && digits.length > 3 ? 4 : 3;
  const groups = [digits.slice(0, head)];
  for (let at = head; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3));
  return groups;
}

/** A whole number by its value, leading zeros ignored: days, months, hours. */
export function readCardinal(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  if (significant.length > SPOKEN_INTEGER_DIGITS_MAX) return readDigitGroups(groupDigits(digits));
  return doReadNumber(significant, reading);
}

/** A whole number as written: a leading zero means a code, and a code is read digit by digit. */
export function readInteger(digits: string): string {
  return digits.length > 1 && digits.startsWith('0') ? readDigits(digits) : readCardinal(digits);
}

/** The part after the comma: as a number while that is easy to follow, else digit by digit. */
export function readFraction(digits: string): string {
  return digits.startsWith('0') || digits.length > 2 ? readDigits(digits) : readCardinal(digits);
}

/** After "thứ" and "tháng" the numbers one, two and four have forms of their own. */
export function readOrdinal(digits: string): string {
  if (digits === '1') return 'nhất';
  return digits === '4' ? 'tư' : readInteger(digits);
}

export function readMonth(digits: string): string {
  return Number(digits) === 4 ? 'tư' : readCardinal(digits);
}

const ROMAN = /^(X{0,4})(IX|IV|V?I{0,3})$/;
const ROMAN_WITH_FIFTY = /^(XL|L?X{0,3})(IX|IV|V?I{0,3})$/;

/** The value of a canonical uppercase Roman numeral up to 89, or undefined. C, D and M are letters in our notices. */
export function romanValue(token: string): number | undefined {
  if (token === '' || token.length > 8 || !(ROMAN.test(token) || ROMAN_WITH_FIFTY.test(token))) return undefined;
  const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50 };
  const digits = [...token].map((letter) => values[letter] ?? 0);
  return digits.reduce((sum, value, at) => sum + (value < (digits[at + 1] ?? 0) ? -value : value), 0);
}

/** Spoken numbers differ by region and habit; two readings of the same number compare equal here. */
export function canonicalReading(spoken: string): string {
  return spoken
    .toLowerCase()
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/lẻ/g, 'linh')
    .replace(/ngàn/g, 'nghìn')
    .replace(/tỉ/g, 'tỷ')
    .replace(/(?<=mươi )bốn/g, 'tư')
    .replace(/(?<=mươi )nhăm/g, 'lăm')
    .replace(/(?<=mươi )một/g, 'mốt')
    .replace(/(?<=linh )tư/g, 'bốn')
    .replace(/bẩy/g, 'bảy');
}
