import { Secret, TOTP } from 'otpauth';

export const STEP_MS = 30_000;
/** Telephones are a few seconds off, and typing takes some: the code before and the one after count as well. */
const STEPS_AROUND = 1;
/** Of RFC 4226: as long as the hash it feeds. */
export const SECRET_BYTES = 20;
/** Who began and went away leaves no door ajar. */
export const CONFIRM_WITHIN_MS = 30 * 60_000;
const ISSUER = 'Truyền thanh';

/** RFC 6238: SHA-1, six digits, half a minute: what every authenticator understands. */
function totpOf(secret: Uint8Array, label: string): TOTP {
  const bytes = Uint8Array.from(secret);
  return new TOTP({
    issuer: ISSUER,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_MS / 1000,
    secret: new Secret({ buffer: bytes.buffer }),
  });
}

/** What the authenticator scans, and what a person types who can't. */
export function describeSecret(secret: Uint8Array, label: string): { otpauthUrl: string; secret: string } {
  const totp = totpOf(secret, label);
  return { otpauthUrl: totp.toString(), secret: totp.secret.base32 };
}

/**
 * The time step whose code this is, when it is later than the last one that was taken: a code that was looked over someone's
 * shoulder is worth nothing once used.
 */
export function findStep(secret: Uint8Array, code: string, lastStep: number | null, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret, '').validate({ token: code, timestamp: nowMs, window: STEPS_AROUND });
  if (delta === null) return undefined;
  const step = Math.floor(nowMs / STEP_MS) + delta;
  return lastStep === null || step > lastStep ? step : undefined;
}
