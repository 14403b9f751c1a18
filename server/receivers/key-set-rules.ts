import type { KeySet, WorkingKey } from '#contract/key-set.ts';
import { KeyPurpose } from '#contract/signed-document.ts';

const DAY_MS = 86_400_000;
const VALID_MS = 365 * DAY_MS;
/** Under this, a key's successor is put into the set. */
const RENEW_BEFORE_MS = 60 * DAY_MS;
/** A successor is known to the receivers this long before it signs anything. */
const LEAD_MS = 14 * DAY_MS;
/** Receivers' clocks may lag a little behind the server's. */
const CLOCK_SLACK_MS = 3_600_000;

export interface PlannedKey {
  purpose: KeyPurpose;
  validFromMs: number;
  validUntilMs: number;
}

/** The keys that must be made now so that each purpose keeps a valid one; all five for a set that is still empty. */
export function planNewKeys(keys: readonly WorkingKey[], nowMs: number): PlannedKey[] {
  return KeyPurpose.options.flatMap((purpose) => {
    const ends = keys.filter((key) => key.purpose === purpose).map((key) => Date.parse(key.validUntil));
    const leftMs = Math.max(0, ...ends.map((end) => end - nowMs));
    if (leftMs >= RENEW_BEFORE_MS) return [];
    const validFromMs = leftMs > LEAD_MS ? nowMs + LEAD_MS : nowMs - CLOCK_SLACK_MS;
    return [{ purpose, validFromMs, validUntilMs: validFromMs + VALID_MS }];
  });
}

/**
 * What stays when the next version is made: keys until their end. Ended record keys stay too:
 * an export signed under one of them is checked years later.
 */
export function keepKeys(keys: readonly WorkingKey[], nowMs: number): WorkingKey[] {
  return keys.filter((key) => key.purpose === 'record' || Date.parse(key.validUntil) >= nowMs);
}

/** The key that signs for a purpose: of those valid now the one that came last. */
export function findSigningKey(keySet: KeySet, purpose: KeyPurpose, nowMs: number): WorkingKey | undefined {
  return keySet.keys
    .filter((key) => key.purpose === purpose && Date.parse(key.validFrom) <= nowMs && nowMs <= Date.parse(key.validUntil))
    .sort((one, other) => Date.parse(other.validFrom) - Date.parse(one.validFrom))[0];
}
