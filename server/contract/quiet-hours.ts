import type { Policy } from './order.ts';

const DAY_MINUTES = 24 * 60;

/**
 * Whether any moment of [fromMs, untilMs) lies in the policy's quiet hours, by the wall clock of the policy's zone.
 * Server and agent ask the same function, so that a wrong schedule is refused twice.
 */
export function touchesQuietHours(policy: Pick<Policy, 'timeZone' | 'quietHours'>, fromMs: number, untilMs: number): boolean {
  if (policy.quietHours.length === 0) return false;
  if (untilMs - fromMs >= DAY_MINUTES * 60_000) return true;
  const minuteOf = wallClock(policy.timeZone);
  const spans = policy.quietHours.map(({ from, until }) => ({ from: minuteOfDay(from), until: minuteOfDay(until) }));
  const last = Math.max(fromMs, untilMs - 1);
  // Quiet hours begin and end on whole minutes, so looking at each minute that is touched misses none.
  for (let at = fromMs; at < last; at += 60_000) if (spans.some((span) => contains(span, minuteOf(at)))) return true;
  return spans.some((span) => contains(span, minuteOf(last)));
}

/** Equal ends mean round the clock: whoever writes 00:00-00:00 wants silence, and silence is the side to err on. */
function contains(span: { from: number; until: number }, minute: number): boolean {
  if (span.from < span.until) return minute >= span.from && minute < span.until;
  return minute >= span.from || minute < span.until;
}

function minuteOfDay(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
}

function wallClock(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (atMs) => minuteOfDay(format.format(atMs));
}
