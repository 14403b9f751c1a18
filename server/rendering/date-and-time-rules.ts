import { readCardinal, readInteger, readMonth } from './number-reading-rules.ts';
import { endsToken, matchAt, textBefore, type Place, type Reading } from './reading-place-rules.ts';

const DAY_WORDS = new Set(['ngày', 'mùng', 'mồng']);
/** "đường 30/4" is a street's name and goes without "ngày". */
const STREET_WORDS = new Set(['đường', 'phố', 'chợ', 'trường']);
const HOUSE_WORDS = /(?:số nhà|nhà số|hẻm|ngõ|ngách|kiệt|số) $/;
/** After these "10/2026" is an issue of a year, not a month. */
const ISSUE_WORDS = /(?:số|quyết định|thông tư|nghị định|nghị quyết|chỉ thị|luật|công văn|kế hoạch|quý|đợt|kỳ|vụ|lần|tập) ?$/;
/** Fixed days written day/month whose day does not exceed the month, so that they look like fractions. */
const FESTIVE_DAYS = new Set(['2/9', '1/1']);
const FESTIVE_AFTER_WORD =
  /(?:lễ|tết|dịp|kỷ niệm|lao động|thiếu nhi|quốc khánh|sáng|trưa|chiều|tối|đêm|đến|từ|trước|sau|hết|hạn|đến hết|vào|và|đến ngày)[ ,(]*$/;
/** What is counted in shares. */
const SHARE_NOUN =
  / (?:số|tổng|diện tích|dân số|đại biểu|thành viên|hộ|lượng|khối|quãng|chiều|thời gian|giá|mức|suất)(?![\p{L}])/uy;

const DAY_MONTH_YEAR = /(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})/y;
const DAY_TO_DAY_OF_MONTH = /(\d{1,2}) ?- ?(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?/y;
const MONTH_TO_MONTH_OF_YEAR = /(\d{1,2}) ?- ?(\d{1,2})\/(\d{4})/y;
const DAY_MONTH = /(\d{1,2})\/(\d{1,2})/y;
const DAY_DASH_MONTH = /(\d{1,2})-(\d{1,2})/y;
const MONTH_YEAR = /(\d{1,2})[/-](\d{4})/y;

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isDayOfMonth = (day: string, month: string): boolean =>
  Number(day) >= 1 && Number(day) <= (DAYS_IN_MONTH[Number(month) - 1] ?? 0);
const isYear = (year: string): boolean => Number(year) >= 1000 && Number(year) <= 2999;

/** Neither a further part ("/KH", "/5", ".5") nor a letter follows. */
function isWhole(text: string, end: number): boolean {
  return endsToken(text, end) && !/^[/.,:-]\d|^\/[\p{L}]/u.test(text.slice(end, end + 2));
}
/** As above, but a dash may lead to the other end of a range. */
function isWholeOrRange(text: string, end: number): boolean {
  return isWhole(text, end) || (text[end] === '-' && /\d/.test(text[end + 1] ?? ''));
}

function dayPrefix(place: Place): string {
  const { lastWord } = place.before;
  return DAY_WORDS.has(lastWord) || STREET_WORDS.has(lastWord) ? '' : 'ngày ';
}

function readFullDate(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(DAY_MONTH_YEAR, text, at);
  if (found === null) return undefined;
  const [written, day = '', , month = '', year = ''] = found;
  if (!isDayOfMonth(day, month) || !isWholeOrRange(text, at + written.length)) return undefined;
  if (year.length === 4 && !isYear(year)) return undefined;
  // "15.01.22" could as well be a clause number: short years need the word before.
  if (year.length === 2 && !DAY_WORDS.has(place.before.lastWord)) return undefined;
  const spoken = `${dayPrefix(place)}${readCardinal(day)} tháng ${readMonth(month)} năm ${readInteger(year)}`;
  return { length: written.length, spoken, kind: 'value' };
}

function readDayRange(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(DAY_TO_DAY_OF_MONTH, text, at);
  if (found === null) return undefined;
  const [written, from = '', to = '', month = '', year] = found;
  if (!isDayOfMonth(from, month) || !isDayOfMonth(to, month) || Number(from) >= Number(to)) return undefined;
  if (!isWhole(text, at + written.length) || (year !== undefined && !isYear(year))) return undefined;
  const inYear = year === undefined ? '' : ` năm ${readCardinal(year)}`;
  const spoken = `${dayPrefix(place)}${readCardinal(from)} đến ${readCardinal(to)} tháng ${readMonth(month)}${inYear}`;
  return { length: written.length, spoken, kind: 'value' };
}

function readMonthRange(place: Place): Reading | undefined {
  const found = place.before.lastWord === 'tháng' ? matchAt(MONTH_TO_MONTH_OF_YEAR, place.text, place.at) : null;
  if (found === null) return undefined;
  const [written, from = '', to = '', year = ''] = found;
  if (Number(from) > 12 || Number(to) > 12 || !isYear(year) || !isWhole(place.text, place.at + written.length)) return undefined;
  const spoken = `${readMonth(from)} đến tháng ${readMonth(to)} năm ${readCardinal(year)}`;
  return { length: written.length, spoken, kind: 'value' };
}

/** "15/8" is a day unless it can be a share: "2/3 số hộ", "1/2". */
function looksLikeDay(place: Place, day: string, month: string, end: number): boolean {
  if (DAY_WORDS.has(place.before.lastWord)) return true;
  if (HOUSE_WORDS.test(textBefore(place, 12))) return false;
  if (matchAt(SHARE_NOUN, place.text, end) !== null) return false;
  if (day.startsWith('0') || month.startsWith('0')) return true;
  if (/(?:đạt|khoảng|hơn|gần|chiếm|quá|tỷ lệ|trên|dưới|được) $/.test(textBefore(place, 12))) return false;
  if (FESTIVE_DAYS.has(`${day}/${month}`) || FESTIVE_AFTER_WORD.test(textBefore(place, 24))) return true;
  return Number(day) > Number(month);
}

function readDayMonth(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(DAY_MONTH, text, at);
  if (found === null) return undefined;
  const [written, day = '', month = ''] = found;
  const end = at + written.length;
  if (!isDayOfMonth(day, month) || !isWholeOrRange(text, end) || !looksLikeDay(place, day, month, end)) return undefined;
  return { length: written.length, spoken: `${dayPrefix(place)}${readCardinal(day)} tháng ${readMonth(month)}`, kind: 'value' };
}

/** "ngày 20-11": day and month, unless it counts upwards as "ngày 5-7" does. */
function readDayDashMonth(place: Place): Reading | undefined {
  const found = DAY_WORDS.has(place.before.lastWord) ? matchAt(DAY_DASH_MONTH, place.text, place.at) : null;
  if (found === null) return undefined;
  const [written, day = '', month = ''] = found;
  const countsUp = Number(day) <= Number(month) && !FESTIVE_DAYS.has(`${Number(day)}/${Number(month)}`);
  if (!isDayOfMonth(day, month) || countsUp || !isWhole(place.text, place.at + written.length)) return undefined;
  return { length: written.length, spoken: `${readCardinal(day)} tháng ${readMonth(month)}`, kind: 'value' };
}

function readMonthYear(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(MONTH_YEAR, text, at);
  if (found === null) return undefined;
  const [written, month = '', year = ''] = found;
  if (!isYear(year) || Number(year) < 1900 || !isWholeOrRange(text, at + written.length)) return undefined;
  const inYear = ` năm ${readCardinal(year)}`;
  const before = textBefore(place, 16);
  if (ISSUE_WORDS.test(before)) return { length: written.length, spoken: `${readInteger(month)}${inYear}`, kind: 'value' };
  if (Number(month) < 1 || Number(month) > 12) return undefined;
  const prefix = place.before.lastWord === 'tháng' ? '' : 'tháng ';
  return { length: written.length, spoken: `${prefix}${readMonth(month)}${inYear}`, kind: 'value' };
}

export function readDate(place: Place): Reading | undefined {
  return (
    readFullDate(place) ??
    readMonthRange(place) ??
    readDayRange(place) ??
    readMonthYear(place) ??
    readDayMonth(place) ??
    readDayDashMonth(place)
  );
}

const CLOCK = /(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?(?:giờ|h)(?![\p{L}\d]))?/uy;
const HOUR_H = /(\d{1,3})(?: h|[hH])(?:(\d{2})(?: ?(?:phút|ph|p|')(?![\p{L}]))?| (\d{1,2}) ?(?:phút|ph|p|')(?![\p{L}]))?/uy;
const HOUR_G = /(\d{1,2})g(\d{2})/y;
const HOUR_G_ONLY = /(\d{1,2})g/y;
const AFTER_HOUR_WORD = /(?:lúc|từ|đến|vào|hồi|trước|sau|khoảng|-) ?$/;
const HOUR_WORD =
  /(\d{1,2}) ?giờ(?: ?(\d{1,2}) ?(?:phút|')(?![\p{L}])| (\d{2})(?=[.,;)!?\n]|$| ?-| (?:ngày|sáng|trưa|chiều|tối|đêm|đến)(?![\p{L}])))?(?![\p{L}])/uy;

/** Whole hours are said without their "00"; hours above 24 are durations and have no minutes. */
function clockTime(length: number, hour: string, minute = '', second = ''): Reading | undefined {
  const isDuration = minute === '' && second === '';
  if ((!isDuration && Number(hour) > 24) || Number(minute) > 59 || Number(second) > 59) return undefined;
  let spoken = `${readCardinal(hour)} giờ`;
  if (Number(minute) > 0 || Number(second) > 0) spoken += ` ${readCardinal(minute)} phút`;
  if (Number(second) > 0) spoken += ` ${readCardinal(second)} giây`;
  return { length, spoken, kind: 'value' };
}

export function readTime(place: Place): Reading | undefined {
  const { text, at } = place;
  const clock = matchAt(CLOCK, text, at);
  if (clock !== null && endsToken(text, at + clock[0].length) && !/^[:.]\d/.test(text.slice(at + clock[0].length))) {
    return clockTime(clock[0].length, clock[1] ?? '', clock[2], clock[3]);
  }
  const h = matchAt(HOUR_H, text, at);
  if (h !== null && endsToken(text, at + h[0].length)) return clockTime(h[0].length, h[1] ?? '', h[2] ?? h[3]);
  const g = matchAt(HOUR_G, text, at);
  if (g !== null && endsToken(text, at + g[0].length)) return clockTime(g[0].length, g[1] ?? '', g[2]);
  const gOnly = AFTER_HOUR_WORD.test(textBefore(place, 8)) ? matchAt(HOUR_G_ONLY, text, at) : null;
  if (gOnly !== null && endsToken(text, at + gOnly[0].length) && Number(gOnly[1]) <= 24) {
    return clockTime(gOnly[0].length, gOnly[1] ?? '');
  }
  const word = matchAt(HOUR_WORD, text, at);
  if (word !== null && Number(word[1]) <= 24) return clockTime(word[0].length, word[1] ?? '', word[2] ?? word[3]);
  return undefined;
}
