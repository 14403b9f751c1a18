import { NUMBERED_PREFIXES } from './abbreviations.ts';
import { letterName, spell } from './letter-name-rules.ts';
import { groupDigits, readCardinal, readDigitGroups, readInteger } from './number-reading-rules.ts';
import { endsToken, matchAt, textBefore, type Doubt, type Place, type Reading } from './reading-place-rules.ts';
import { unitAt } from './unit-name-rules.ts';

const PHONE = /(\+84|0084|0)([ .-]?\d{2,4}(?:[ .-]?\d{2,4}){1,3})(?!\d)/y;
const PHONE_WITH_AREA_CODE = /\((0\d{1,4})\)[ .-]?(\d{3,4}(?:[ .-]?\d{3,4})?)(?!\d)/y;
const HOTLINE = /1[89]00(?:[ .]?\d{2,6}){1,2}(?!\d)/y;
const SHORT_NUMBERS = /11[1-5](?:[/,] ?11[1-5])+(?!\d)/y;
const SHORT_NUMBER = /11[1-5](?!\d)/y;
const CALL_WORDS =
  /(?:gọi|tổng đài|đường dây nóng|hotline|cấp cứu|cứu nạn|cứu hộ|cứu hỏa|cứu hoả|chữa cháy|cảnh sát|điện thoại|số máy|sđt|liên hệ|báo ngay)[^.;\n]{0,30}$/;
const PHONE_WORDS = /(?:điện thoại|đt|sđt|gọi|hotline|liên hệ|zalo|di động|tài khoản|stk)[ :.]*(?:số)?[ :]*$/;
const LOCAL_PHONE = /\d(?:[ .-]?\d){5,19}(?!\d)/y;

const digitsOnly = (written: string): string => written.replace(/\D/g, '');

/** The groups stay as written; a number without gaps gets the usual ones. */
function readGrouped(written: string): string {
  const groups = written.split(/\D+/).filter((group) => group !== '');
  return readDigitGroups(groups.length > 1 ? groups : groupDigits(groups[0] ?? ''));
}

function code(written: string, spoken: string): Reading {
  return { length: written.length, spoken, kind: 'digits' };
}

export function readPhone(place: Place): Reading | undefined {
  const { text, at } = place;
  const withArea = matchAt(PHONE_WITH_AREA_CODE, text, at);
  if (withArea !== null) return code(withArea[0], readGrouped(withArea[0]));
  const phone = matchAt(PHONE, text, at);
  if (phone !== null && endsToken(text, at + phone[0].length)) {
    const length = digitsOnly(phone[2] ?? '').length;
    if (phone[1] === '+84' && length >= 9) return code(phone[0], `cộng tám bốn, ${readGrouped(phone[2] ?? '')}`);
    if (phone[1] !== '+84' && length >= 9 && length <= 11) return code(phone[0], readGrouped(phone[0]));
  }
  const hotline = matchAt(HOTLINE, text, at);
  if (hotline !== null && endsToken(text, at + hotline[0].length) && /^(?:\d{8}|\d{10})$/.test(digitsOnly(hotline[0]))) {
    const digits = digitsOnly(hotline[0]);
    return code(hotline[0], readDigitGroups([digits.slice(0, 4), ...groupDigits(digits.slice(4))]));
  }
  return readShortNumber(place) ?? readLocalPhone(place);
}

/** 113, 114, 115 and their like are called, not counted, where the sentence speaks of calling. */
function readShortNumber(place: Place): Reading | undefined {
  const { text, at } = place;
  const several = matchAt(SHORT_NUMBERS, text, at);
  if (several !== null && endsToken(text, at + several[0].length)) return code(several[0], readGrouped(several[0]));
  const one = matchAt(SHORT_NUMBER, text, at);
  if (
    one === null ||
    !endsToken(text, at + 3) ||
    /^(?:[.,]\d|\/| (?:người|hộ|đồng|triệu|ha|trường))/.test(text.slice(at + 3, at + 11))
  ) {
    return undefined;
  }
  return CALL_WORDS.test(textBefore(place, 50)) ? code(one[0], readGrouped(one[0])) : undefined;
}

function readLocalPhone(place: Place): Reading | undefined {
  if (!PHONE_WORDS.test(textBefore(place, 24))) return undefined;
  const found = matchAt(LOCAL_PHONE, place.text, place.at);
  if (found === null || !endsToken(place.text, place.at + found[0].length)) return undefined;
  const end = place.at + found[0].length;
  if (unitAt(place.text, end) ?? unitAt(place.text, end + 1)) return undefined;
  return code(found[0], readGrouped(found[0]));
}

const PLATE = /(\d{2})([A-Z]{1,2}\d?)[- ](\d{3}\.?\d{2}|\d{4})(?!\d)/y;

export function readPlate(place: Place): Reading | undefined {
  const found = matchAt(PLATE, place.text, place.at);
  if (found === null || !endsToken(place.text, place.at + found[0].length)) return undefined;
  const [written, province = '', series = '', number = ''] = found;
  return code(written, `${spell(province)} ${spell(series)}, ${spell(number)}`);
}

const PREFIXED = /(QL|TL|ĐT|ĐH|ĐX|HL|BĐ)[. -]?([1-9]\d{0,3})([A-Z]?)/uy;

export function readNumberedPrefix(place: Place): Reading | undefined {
  const found = matchAt(PREFIXED, place.text, place.at);
  if (found === null) return undefined;
  const [written, prefix = '', number = '', branch = ''] = found;
  const end = place.at + written.length;
  if (!endsToken(place.text, end) || /^[ .-]?\d/.test(place.text.slice(end, end + 2))) return undefined;
  const spoken = `${NUMBERED_PREFIXES[prefix] ?? spell(prefix)} ${readCardinal(number)} ${letterName(branch)}`.trim();
  return code(written, spoken);
}

/** Parts that stand in document numbers only (318/QĐ-TTg); elsewhere the same letters mean other things. */
export const DOCUMENT_PARTS: Readonly<Record<string, string>> = {
  BC: 'báo cáo',
  CĐ: 'công điện',
  CP: 'chính phủ',
  CT: 'chỉ thị',
  CTr: 'chương trình',
  CV: 'công văn',
  ĐA: 'đề án',
  GM: 'giấy mời',
  HD: 'hướng dẫn',
  KL: 'kết luận',
  L: 'luật',
  NQLT: 'nghị quyết liên tịch',
  PA: 'phương án',
  PL: 'pháp lệnh',
  QC: 'quy chế',
  QĐi: 'quy định',
  QH: 'quốc hội',
  SL: 'sắc lệnh',
  TT: 'thông tư',
  TTLT: 'thông tư liên tịch',
  TTr: 'tờ trình',
  UBTVQH: 'ủy ban thường vụ quốc hội',
  VBHN: 'văn bản hợp nhất',
  VP: 'văn phòng',
  BCA: 'bộ công an',
  BCT: 'bộ công thương',
  BGDĐT: 'bộ giáo dục đào tạo',
  BGTVT: 'bộ giao thông vận tải',
  BKHCN: 'bộ khoa học công nghệ',
  BKHĐT: 'bộ kế hoạch đầu tư',
  BLĐTBXH: 'bộ lao động thương binh xã hội',
  BNN: 'bộ nông nghiệp',
  BNNPTNT: 'bộ nông nghiệp phát triển nông thôn',
  BNV: 'bộ nội vụ',
  BQP: 'bộ quốc phòng',
  BTC: 'bộ tài chính',
  BTNMT: 'bộ tài nguyên môi trường',
  BTP: 'bộ tư pháp',
  BTTTT: 'bộ thông tin truyền thông',
  BVHTTDL: 'bộ văn hóa thể thao du lịch',
  BXD: 'bộ xây dựng',
  BYT: 'bộ y tế',
  STTTT: 'sở thông tin truyền thông',
  SNN: 'sở nông nghiệp',
  SYT: 'sở y tế',
  VHXH: 'văn hóa xã hội',
};

const DOCUMENT = /(\d[\d.]*)([a-zđ])?(?:\/(\d{4}))?([/-])(\p{Lu}\p{L}*\d{0,2}(?:[-/.&]\p{Lu}\p{L}*\d{0,2}){0,8})/uy;
/** A second capital tells an abbreviation from a word: "QĐ", "TTr", but not "Tổ". */
const ABBREVIATED = /^(?:\p{Lu}{2}|CTr)/u;
const PARTY_TYPES = /^(?:NQ|CT|KL|QĐ|HD|TB|KH|BC|CV|TTr|QC|ĐA|CTr)(?:\/|$)/;

function numberOfDocument(digits: string): string {
  const groups = digits.replace(/\.$/, '');
  return /^[1-9]\d{0,2}(?:\.\d{3})+$/.test(groups) || !groups.includes('.')
    ? readInteger(groups.replace(/\./g, ''))
    : groups.split('.').map(readInteger).join(' chấm ');
}

/** Letters of a document number: whole if the area knows them, else part by part. Unknown parts are spelled and reported. */
function readParts(place: Place, written: string, offset: number): { spoken: string; doubts: Doubt[] } {
  const whole = place.dictionary.find(written);
  if (whole !== undefined) return { spoken: whole.spoken, doubts: [] };
  const spoken: string[] = [];
  const doubts: Doubt[] = [];
  for (const part of written.matchAll(/(\p{L}+)(\d*)/gu)) {
    const [all, letters = '', digits = ''] = part;
    const entry = place.dictionary.find(all) ?? place.dictionary.find(letters);
    const known = entry?.isOfArea ? entry.spoken : (DOCUMENT_PARTS[letters] ?? entry?.spoken);
    const said = `${known ?? spell(letters)} ${digits === '' ? '' : readInteger(digits)}`.trim();
    if (known === undefined) doubts.push({ offset: offset + part.index, length: all.length, spoken: said });
    spoken.push(said);
  }
  return { spoken: spoken.join(' '), doubts };
}

/** "1.350/KH-UBND", "49/2024/NĐ-CP", "01-NQ/TW". */
export function readDocumentNumber(place: Place): Reading | undefined {
  const found = matchAt(DOCUMENT, place.text, place.at);
  if (found === null || !endsToken(place.text, place.at + found[0].length)) return undefined;
  const [written, number = '', letter = '', year, separator, parts = ''] = found;
  if (separator === '-' && (year !== undefined || !PARTY_TYPES.test(parts))) return undefined;
  if (!ABBREVIATED.test(parts)) return undefined;
  const head = `${numberOfDocument(number)} ${letterName(letter)}`.trim();
  const inYear = year === undefined ? '' : ` năm ${readInteger(year)}`;
  const { spoken, doubts } = readParts(place, parts, written.length - parts.length);
  return { length: written.length, spoken: `${head}${inYear} ${spoken}`, kind: 'digits', doubts };
}
