import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * RFC 8785 bytes of a value. Numbers must be whole and safe: fractions are the one place where two
 * implementations of canonical JSON have been seen to differ.
 */
export function canonicalBytes(value: unknown): Buffer {
  assertWholeNumbers(value);
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form, so it cannot be signed');
  return Buffer.from(text, 'utf8');
}

/** For what came from outside: undefined when it holds something that can't have been signed. */
export function canonicalBytesIfAny(value: unknown): Buffer | undefined {
  try {
    return canonicalBytes(value);
  } catch {
    return undefined; // a fraction, or nested beyond the stack
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function assertWholeNumbers(value: unknown): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`only whole numbers are signed, not ${value}`);
  }
  if (Array.isArray(value)) value.forEach(assertWholeNumbers);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(assertWholeNumbers);
}
