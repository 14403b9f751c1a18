/** The commune's zone, whatever the browser's is: 05:00 means 05:00 where the loudspeaker hangs. */
export const TIME_ZONE = 'Asia/Ho_Chi_Minh';
/** No summer time there since 1975, so days are found by a fixed offset. */
const OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function partsOf(instant: string | number): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
}

/** 05:00 */
export function formatTime(instant: string | number): string {
  const { hour, minute } = partsOf(instant);
  return `${hour}:${minute}`;
}

/** 05:00:04 */
export function formatTimeWithSeconds(instant: string | number): string {
  const { hour, minute, second } = partsOf(instant);
  return `${hour}:${minute}:${second}`;
}

/** 22/11/2026, in both languages: the officer reads it beside Vietnamese papers. */
export function formatDate(instant: string | number): string {
  const { day, month, year } = partsOf(instant);
  return `${day}/${month}/${year}`;
}

/** 05:00 22/11/2026 */
export function formatInstant(instant: string | number): string {
  return `${formatTime(instant)} ${formatDate(instant)}`;
}

/** `2026-11-22`: the day in the commune's zone. Equal texts are the same day. */
export function dayOf(instant: string | number): string {
  const { day, month, year } = partsOf(instant);
  return `${year}-${month}-${day}`;
}

/** First instant of that day in the commune's zone. */
export function startOfDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) - OFFSET_MS).toISOString();
}

/** The instant of a wall-clock time there: `('2026-11-22', '05:00')`. */
export function instantAt(day: string, time: string): string {
  return new Date(Date.parse(`${day}T${time}:00.000Z`) - OFFSET_MS).toISOString();
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export interface RelativeWords {
  today: string;
  yesterday: string;
  tomorrow: string;
}

/** "hôm nay 05:00", "ngày mai 05:00", else with the date. */
export function formatRelativeInstant(instant: string | number, nowMs: number, words: RelativeWords): string {
  const day = dayOf(instant);
  const today = dayOf(nowMs);
  const name = { [addDays(today, -1)]: words.yesterday, [today]: words.today, [addDays(today, 1)]: words.tomorrow }[day];
  return name === undefined ? formatInstant(instant) : `${name} ${formatTime(instant)}`;
}
