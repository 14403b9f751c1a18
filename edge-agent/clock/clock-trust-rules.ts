import type { ClockTrust } from '#contract/primitives.ts';

/** One moment at which the true time was known: `trueMs` within `errorMs`, when our two clocks showed these. */
export interface ClockAnchor {
  trueMs: number;
  errorMs: number;
  steadyMs: number;
  systemMs: number;
  bootId: string;
}

export interface ClockFacts {
  anchor: ClockAnchor | undefined;
  bootId: string;
  steadyMs: number;
  systemMs: number;
  /** The machine has a clock that runs on while it is switched off. */
  hasBatteryClock: boolean;
}

/** Where the agent's clock stands: from here it runs on with the steady clock. `errorMs` null: nobody knows. */
export interface ClockBasis {
  atMs: number;
  steadyMs: number;
  errorMs: number | null;
  source: 'anchor' | 'battery-clock' | 'system-clock';
}

export interface ClockLimits {
  /** A clock that may be wrong by more is not called synchronised. */
  synchronisedErrorMaxMs: number;
  /** An anchor older than this carries nothing any more. */
  anchorAgeMaxMs: number;
}

export const clockLimits: ClockLimits = { synchronisedErrorMaxMs: 1_000, anchorAgeMaxMs: 30 * 86_400_000 };

/** Quartz of cheap boards: 50 ppm, 4.3 s a day. */
const DRIFT_PPM = 50;
/** A battery clock is read and set in whole seconds. */
const BATTERY_CLOCK_STEP_MS = 1_000;

export function driftMs(ageMs: number): number {
  return Math.ceil((Math.max(ageMs, 0) * DRIFT_PPM) / 1_000_000);
}

/**
 * What to believe at start: an anchor of this boot carries on by the steady clock alone. One of an earlier boot counts only with a
 * battery clock that does not show a time before it; else the time passed while switched off is unknown.
 */
export function findClockBasis(facts: ClockFacts, limits: ClockLimits = clockLimits): ClockBasis {
  const { anchor, steadyMs, systemMs } = facts;
  const unknown: ClockBasis = { atMs: systemMs, steadyMs, errorMs: null, source: 'system-clock' };
  if (!anchor) return unknown;
  if (anchor.bootId === facts.bootId) {
    const ageMs = steadyMs - anchor.steadyMs;
    if (ageMs < 0 || ageMs > limits.anchorAgeMaxMs) return unknown;
    return { atMs: anchor.trueMs + ageMs, steadyMs, errorMs: anchor.errorMs + driftMs(ageMs), source: 'anchor' };
  }
  const ageMs = systemMs - anchor.systemMs;
  if (!facts.hasBatteryClock || ageMs < -BATTERY_CLOCK_STEP_MS || ageMs > limits.anchorAgeMaxMs) return unknown;
  return {
    atMs: anchor.trueMs + ageMs,
    steadyMs,
    errorMs: anchor.errorMs + driftMs(ageMs) + BATTERY_CLOCK_STEP_MS,
    source: 'battery-clock',
  };
}

export function readClock(basis: ClockBasis, steadyMs: number): number {
  return basis.atMs + (steadyMs - basis.steadyMs);
}

export function clockErrorMs(basis: ClockBasis, steadyMs: number): number | null {
  return basis.errorMs === null ? null : basis.errorMs + driftMs(steadyMs - basis.steadyMs);
}

export function decideClockTrust(basis: ClockBasis, steadyMs: number, limits: ClockLimits = clockLimits): ClockTrust {
  const errorMs = clockErrorMs(basis, steadyMs);
  if (errorMs === null || steadyMs - basis.steadyMs > limits.anchorAgeMaxMs) return 'untrusted';
  if (basis.source === 'anchor' && errorMs <= limits.synchronisedErrorMaxMs) return 'synchronised';
  return 'holdover';
}

/** One question for the time and its answer, all by the steady clock but the server's own instant. */
export interface TimeExchange {
  askedSteadyMs: number;
  answeredSteadyMs: number;
  serverTimeMs: number;
}

/** The answer lies somewhere between asking and hearing: the shortest round trip of several says most. */
export function chooseExchange(exchanges: readonly TimeExchange[]): TimeExchange | undefined {
  const roundTripMs = (exchange: TimeExchange) => exchange.answeredSteadyMs - exchange.askedSteadyMs;
  return [...exchanges].sort((one, other) => roundTripMs(one) - roundTripMs(other))[0];
}

export function basisOfExchange(exchange: TimeExchange): ClockBasis {
  const halfMs = (exchange.answeredSteadyMs - exchange.askedSteadyMs) / 2;
  return {
    atMs: exchange.serverTimeMs + halfMs,
    steadyMs: exchange.answeredSteadyMs,
    errorMs: Math.ceil(halfMs) + 1,
    source: 'anchor',
  };
}
