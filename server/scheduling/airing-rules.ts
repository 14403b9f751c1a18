import type { Class, MediaReference, Purpose } from '#contract/primitives.ts';
import type { Policy } from '#contract/order.ts';
import type { ScheduleAiring } from '#contract/airing.ts';
import { touchesQuietHours } from '#contract/quiet-hours.ts';
import { isProblem, Problem } from '../lib/problem.ts';

/** What scheduling needs to know of a bulletin: its approved revision and the very audio that was approved. */
export interface ApprovedBulletin {
  bulletinId: string;
  areaId: string;
  revision: number;
  title: string;
  class: Class;
  purpose: Purpose;
  media: MediaReference;
}

export interface AiringLimits {
  startWithinMs: number;
  emergencyValidMs: number;
  airingDaysAheadMax: number;
  airingMsMax: number;
}

/** Null while they could not be made yet, because a program is missing. */
export interface SignalTones {
  chime: MediaReference | null;
  endTone: MediaReference | null;
}

export interface PlannedAiring {
  startsAtMs: number;
  endsAtMs: number;
  startBeforeMs: number;
  validUntilMs: number;
  purpose: Purpose;
  chime: MediaReference | null;
  endTone: MediaReference | null;
}

/** A scheduled airing may end this much later than planned: after an emergency in its midst, say. */
const LATE_END_MS = 30 * 60_000;
/** An author's clock and ours differ a little, and the click takes a moment. */
const PAST_TOLERANCE_MS = 1_000;

type Request = Pick<
  ScheduleAiring,
  'class' | 'startsAt' | 'repeats' | 'gapMs' | 'hasChime' | 'hasEndTone' | 'validForMs' | 'targets'
>;

/**
 * Decides when an airing starts, ends and may no longer sound.
 * @throws Problem naming the first thing that keeps it from airing.
 */
export function planAiring(
  request: Request,
  bulletins: readonly ApprovedBulletin[],
  tones: SignalTones,
  policy: Policy,
  limits: AiringLimits,
  nowMs: number,
): PlannedAiring {
  const first = bulletins[0];
  if (!first) throw new Problem('airing-without-bulletins');
  if (request.targets.length === 0) throw new Problem('airing-without-targets');
  checkClasses(request.class, bulletins);
  const isEmergency = request.class === 'emergency';
  const chime = (request.hasChime ?? !isEmergency) ? demandTone(tones.chime) : null;
  const endTone = (request.hasEndTone ?? !isEmergency) ? demandTone(tones.endTone) : null;
  const startsAtMs = decideStart(request, nowMs);
  const lengthMs = lengthOf({ items: bulletins.map((bulletin) => bulletin.media), ...request, chime, endTone });
  demandLength(lengthMs, limits);
  checkInstant(startsAtMs, startsAtMs + lengthMs, isEmergency, policy, limits, nowMs);
  const endsAtMs = startsAtMs + lengthMs;
  const validUntilMs = endsAtMs + (request.validForMs ?? (isEmergency ? limits.emergencyValidMs : LATE_END_MS));
  return {
    startsAtMs,
    endsAtMs,
    // Receivers refuse an order that might begin after it ended.
    startBeforeMs: Math.min(startsAtMs + limits.startWithinMs, validUntilMs),
    validUntilMs,
    purpose: first.purpose,
    chime,
    endTone,
  };
}

/**
 * All that `planAiring` would refuse, for who is still choosing: what is not chosen yet does not hide what is chosen wrong.
 * `lengthMs` counts the tones that are there.
 */
export function listPlanProblems(
  request: Request,
  bulletins: readonly ApprovedBulletin[],
  tones: SignalTones,
  policy: Policy,
  limits: AiringLimits,
  nowMs: number,
): { problems: Problem[]; lengthMs: number } {
  const problems: Problem[] = [];
  const isEmergency = request.class === 'emergency';
  if (bulletins.length === 0) problems.push(new Problem('airing-without-bulletins'));
  if (request.targets.length === 0) problems.push(new Problem('airing-without-targets'));
  collect(problems, () => checkClasses(request.class, bulletins));
  const wantsChime = request.hasChime ?? !isEmergency;
  const wantsEndTone = request.hasEndTone ?? !isEmergency;
  collect(problems, () => {
    if (wantsChime) demandTone(tones.chime);
    if (wantsEndTone) demandTone(tones.endTone);
  });
  const chime = wantsChime ? tones.chime : null;
  const endTone = wantsEndTone ? tones.endTone : null;
  const lengthMs = lengthOf({ items: bulletins.map((bulletin) => bulletin.media), ...request, chime, endTone });
  collect(problems, () => demandLength(lengthMs, limits));
  collect(problems, () => {
    const startsAtMs = decideStart(request, nowMs);
    checkInstant(startsAtMs, startsAtMs + lengthMs, isEmergency, policy, limits, nowMs);
  });
  return { problems, lengthMs };
}

function collect(problems: Problem[], check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!isProblem(error)) throw error;
    problems.push(error);
  }
}

/** Moves a planned airing as a whole: everything keeps its distance from the start. */
export function moveAiringTo(
  airing: { startsAtMs: number; endsAtMs: number; startBeforeMs: number; validUntilMs: number; class: Class },
  startsAtMs: number,
  policy: Policy,
  limits: AiringLimits,
  nowMs: number,
): { startsAtMs: number; endsAtMs: number; startBeforeMs: number; validUntilMs: number } {
  if (airing.class === 'emergency') throw new Problem('airing-not-changeable', { why: 'emergency' });
  const byMs = startsAtMs - airing.startsAtMs;
  checkInstant(startsAtMs, airing.endsAtMs + byMs, false, policy, limits, nowMs);
  return {
    startsAtMs,
    endsAtMs: airing.endsAtMs + byMs,
    startBeforeMs: airing.startBeforeMs + byMs,
    validUntilMs: airing.validUntilMs + byMs,
  };
}

/** From the first sample of the chime to the last of the end tone. */
export function lengthOf(airing: {
  items: readonly MediaReference[];
  repeats: number;
  gapMs: number;
  chime: MediaReference | null;
  endTone: MediaReference | null;
}): number {
  const onceMs = airing.items.reduce((sum, media) => sum + media.durationMs, 0);
  const tonesMs = (airing.chime?.durationMs ?? 0) + (airing.endTone?.durationMs ?? 0);
  return airing.repeats * onceMs + (airing.repeats - 1) * airing.gapMs + tonesMs;
}

function demandTone(tone: MediaReference | null): MediaReference {
  if (!tone) throw new Problem('not-ready', { missing: 'signal-tones' });
  return tone;
}

function demandLength(lengthMs: number, limits: AiringLimits): void {
  if (lengthMs > limits.airingMsMax) throw new Problem('airing-too-long', { lengthMs, maxMs: limits.airingMsMax });
}

function checkClasses(wanted: Class, bulletins: readonly ApprovedBulletin[]): void {
  const first = bulletins[0];
  for (const bulletin of bulletins) {
    // An emergency is rendered louder and takes another road; neither slips in under the other's name.
    const isOther = (wanted === 'emergency') !== (bulletin.class === 'emergency');
    if (isOther) throw new Problem('class-mismatch', { bulletinId: bulletin.bulletinId, class: bulletin.class, wanted });
    if (bulletin.purpose !== first?.purpose)
      throw new Problem('class-mismatch', { bulletinId: bulletin.bulletinId, purpose: bulletin.purpose });
  }
}

function decideStart(request: Request, nowMs: number): number {
  if (request.class === 'emergency') {
    if (request.startsAt !== null)
      throw new Problem('request-invalid', { faults: ['body.startsAt: an emergency starts at once'] });
    return nowMs;
  }
  if (request.startsAt === null)
    throw new Problem('request-invalid', { faults: ['body.startsAt: only an emergency starts at once'] });
  return Date.parse(request.startsAt);
}

function checkInstant(
  startsAtMs: number,
  endsAtMs: number,
  isEmergency: boolean,
  policy: Policy,
  limits: AiringLimits,
  nowMs: number,
): void {
  if (isEmergency) return;
  if (startsAtMs < nowMs - PAST_TOLERANCE_MS)
    throw new Problem('airing-in-past', { startsAt: new Date(startsAtMs).toISOString() });
  if (startsAtMs > nowMs + limits.airingDaysAheadMax * 86_400_000) {
    throw new Problem('airing-too-far-ahead', { daysMax: limits.airingDaysAheadMax });
  }
  if (touchesQuietHours(policy, startsAtMs, endsAtMs)) {
    throw new Problem('airing-in-quiet-hours', { quietHours: policy.quietHours.map(({ from, until }) => `${from}-${until}`) });
  }
}
