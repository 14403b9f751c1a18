import type { Policy } from './order.ts';

// Server and agent ask the same functions, so that a wrong schedule is refused twice.

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** No airing is that long; it bounds the search. */
const SPAN_MAX_MS = 2 * 86_400_000;

type QuietPolicy = Pick<Policy, 'timeZone' | 'quietHours'>;

export function isTimeZoneKnown(timeZone: string): boolean {
  try {
    localMinuteOf(timeZone, 0);
    return true;
  } catch {
    return false; // RangeError of Intl: the answer itself
  }
}

export function isQuietAt(policy: QuietPolicy, atMs: number): boolean {
  if (policy.quietHours.length === 0) return false;
  return isQuietMinute(policy, localMinuteOf(policy.timeZone, atMs));
}

/** Whether any moment of [fromMs, untilMs) lies in the policy's quiet hours, by the wall clock of the policy's zone. */
export function touchesQuietHours(policy: QuietPolicy, fromMs: number, untilMs: number): boolean {
  if (policy.quietHours.length === 0) return false;
  // Whatever lasts a day passes through every hour, even one that the clock leaves out that day.
  if (untilMs - fromMs >= DAY_MINUTES * MINUTE_MS) return true;
  return findQuietStart(policy, fromMs, Math.max(untilMs, fromMs + 1)) !== undefined;
}

/** The first instant in [fromMs, untilMs) that lies in the policy's quiet hours, or undefined. */
export function findQuietStart(policy: QuietPolicy, fromMs: number, untilMs: number): number | undefined {
  if (policy.quietHours.length === 0 || untilMs <= fromMs) return undefined;
  if (isQuietAt(policy, fromMs)) return fromMs;
  const endMs = Math.min(untilMs, fromMs + SPAN_MAX_MS);
  const first = localMinuteOf(policy.timeZone, fromMs);
  const minutes = Math.ceil((endMs - fromMs) / MINUTE_MS);
  // Where clocks were not put forward or back in between, local time runs with ours and needs no calendar.
  const isEven = localMinuteOf(policy.timeZone, fromMs + minutes * MINUTE_MS) === (first + minutes) % DAY_MINUTES;
  const flooredMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  // Quiet hours begin and end on whole minutes, so looking at each minute that is touched misses none.
  for (let passed = 1; passed <= minutes; passed++) {
    const atMs = flooredMs + passed * MINUTE_MS;
    if (atMs >= endMs) return undefined;
    const minute = isEven ? (first + passed) % DAY_MINUTES : localMinuteOf(policy.timeZone, atMs);
    if (isQuietMinute(policy, minute)) return atMs;
  }
  return undefined;
}

/** Equal ends mean round the clock: whoever writes 00:00-00:00 wants silence, and silence is the side to err on. */
function isQuietMinute(policy: QuietPolicy, minute: number): boolean {
  return policy.quietHours.some((span) => {
    const from = minuteOf(span.from);
    const until = minuteOf(span.until);
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
  });
}

function minuteOf(wallTime: string): number {
  return Number(wallTime.slice(0, 2)) * 60 + Number(wallTime.slice(3, 5));
}

/** Making a format takes longer than using it a thousand times. Bounded by the zones that there are: an unknown one throws. */
const formats = new Map<string, Intl.DateTimeFormat>();

function localMinuteOf(timeZone: string, atMs: number): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  return minuteOf(format.format(atMs));
}
