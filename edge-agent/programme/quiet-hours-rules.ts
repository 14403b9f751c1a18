import type { Policy } from '#contract/order.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** No airing is that long; it bounds the search. */
const SPAN_MAX_MS = 2 * 86_400_000;

export function isTimeZoneKnown(timeZone: string): boolean {
  try {
    localMinuteOf(timeZone, 0);
    return true;
  } catch {
    return false; // RangeError of Intl: the answer itself
  }
}

export function isQuietAt(policy: Policy, atMs: number): boolean {
  if (policy.quietHours.length === 0) return false;
  return isQuietMinute(policy, localMinuteOf(policy.timeZone, atMs));
}

/** The first instant in [fromMs, untilMs) at which the receiver must be silent, or undefined. */
export function findQuietStart(policy: Policy, fromMs: number, untilMs: number): number | undefined {
  if (policy.quietHours.length === 0 || untilMs <= fromMs) return undefined;
  if (isQuietAt(policy, fromMs)) return fromMs;
  const endMs = Math.min(untilMs, fromMs + SPAN_MAX_MS);
  const first = localMinuteOf(policy.timeZone, fromMs);
  const minutes = Math.ceil((endMs - fromMs) / MINUTE_MS);
  // Where clocks were not put forward or back in between, local time runs with ours and needs no calendar.
  const isEven = localMinuteOf(policy.timeZone, fromMs + minutes * MINUTE_MS) === (first + minutes) % DAY_MINUTES;
  const flooredMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  for (let passed = 1; passed <= minutes; passed++) {
    const atMs = flooredMs + passed * MINUTE_MS;
    if (atMs >= endMs) return undefined;
    const minute = isEven ? (first + passed) % DAY_MINUTES : localMinuteOf(policy.timeZone, atMs);
    if (isQuietMinute(policy, minute)) return atMs;
  }
  return undefined;
}

function isQuietMinute(policy: Policy, minute: number): boolean {
  return policy.quietHours.some((span) => {
    const from = minuteOf(span.from);
    const until = minuteOf(span.until);
    if (from === until) return true; // round the clock
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
  });
}

function minuteOf(wallTime: string): number {
  return Number(wallTime.slice(0, 2)) * 60 + Number(wallTime.slice(3, 5));
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localMinuteOf(timeZone: string, atMs: number): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  return minuteOf(format.format(atMs));
}
