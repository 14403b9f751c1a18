import { describe, expect, it } from 'vitest';
import type { KeySet } from '#contract/key-set.ts';
import { findFault, findKeySetFault, isSignatureRight, signDocument } from '#signing/documents.ts';
import { exportSigningKey, generateSigningKey, importSigningKey, signBytes, verifyBytes } from '#signing/keys.ts';

const root = generateSigningKey();
const key = generateSigningKey();
const validFrom = '2026-01-01T00:00:00.000Z';
const validUntil = '2026-12-31T00:00:00.000Z';
const nowMs = Date.parse('2026-11-22T05:00:00.000Z');
const keySet: KeySet = {
  type: 'key-set',
  v: 1,
  version: 3,
  issuedAt: validFrom,
  keys: [{ keyId: key.keyId, purpose: 'programme', validFrom, validUntil }],
};

describe('keys', () => {
  it('come back from PEM and verify what they sign, and nothing else', () => {
    const again = importSigningKey(exportSigningKey(key));
    expect(again.keyId).toBe(key.keyId);
    const signature = signBytes(again, Buffer.from('xã'));
    expect(verifyBytes(key.keyId, Buffer.from('xã'), signature)).toBe(true);
    expect(verifyBytes(key.keyId, Buffer.from('xa'), signature)).toBe(false);
    expect(verifyBytes(root.keyId, Buffer.from('xã'), signature)).toBe(false);
  });

  it('have one spelling: the spare bits of the last character change nothing unseen', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const signature = signBytes(key, Buffer.from('x'));
    const respelt = (text: string) => text.slice(0, -1) + (alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1] ?? '');
    expect(Buffer.from(respelt(signature), 'base64url').equals(Buffer.from(signature, 'base64url'))).toBe(true);
    expect(verifyBytes(key.keyId, Buffer.from('x'), respelt(signature))).toBe(false);
    expect(verifyBytes(respelt(key.keyId), Buffer.from('x'), signature)).toBe(false);
  });

  it.each(['', 'A', '!'.repeat(43), `${'A'.repeat(42)}==`])('the key %j verifies nothing and throws nothing', (keyId) => {
    expect(verifyBytes(keyId, Buffer.from('x'), signBytes(key, Buffer.from('x')))).toBe(false);
  });

  it('refuse a key of another kind', () => {
    expect(() => importSigningKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toThrow();
  });
});

describe('signed documents', () => {
  const signed = signDocument(key, { type: 'programme', revision: 7 });

  it('are believed under a valid key of their purpose', () => {
    expect(findFault(signed, 'programme', keySet, nowMs)).toBeUndefined();
  });

  it.each([
    ['a foreign key', signDocument(generateSigningKey(), signed.payload), 'programme', nowMs, 'key-unknown'],
    ['a key for something else', signed, 'emergency', nowMs, 'key-purpose-wrong'],
    ['a key that is over', signed, 'programme', Date.parse(validUntil) + 1, 'key-expired'],
    ['a key that is not yet valid', signed, 'programme', Date.parse(validFrom) - 1, 'key-expired'],
    ['no instant at all', signed, 'programme', Number.NaN, 'key-expired'],
    ['a swapped payload', { ...signed, payload: { type: 'programme', revision: 8 } }, 'programme', nowMs, 'signature-wrong'],
    ['an added field', { ...signed, payload: { ...signed.payload, more: 1 } }, 'programme', nowMs, 'signature-wrong'],
    ['a fraction', { ...signed, payload: { revision: 7.5 } }, 'programme', nowMs, 'signature-wrong'],
  ] as const)('are not believed with %s', (_what, document, purpose, atMs, code) => {
    expect(findFault(document, purpose, keySet, atMs)).toBe(code);
  });

  it('bind the key that signed: its name can not be exchanged', () => {
    const other = generateSigningKey();
    expect(isSignatureRight({ ...signed, keyId: other.keyId })).toBe(false);
    expect(isSignatureRight({ ...signDocument(other, signed.payload), keyId: key.keyId })).toBe(false);
  });

  it('take any of several validities of one key', () => {
    const over = { keyId: key.keyId, purpose: 'programme' as const, validFrom, validUntil: '2026-02-01T00:00:00.000Z' };
    expect(findFault(signed, 'programme', { ...keySet, keys: [over, ...keySet.keys] }, nowMs)).toBeUndefined();
  });
});

describe('key sets', () => {
  const signed = signDocument(root, keySet);

  it('are taken over from the pinned root, also the same version again', () => {
    expect(findKeySetFault(signed, root.keyId, undefined)).toBeUndefined();
    expect(findKeySetFault(signed, root.keyId, keySet)).toBeUndefined();
  });

  it.each([
    ['another root', signDocument(generateSigningKey(), keySet), 'root-key-foreign'],
    ['a changed key', { ...signed, payload: { ...keySet, version: 9 } }, 'signature-wrong'],
    ['an older version', signDocument(root, { ...keySet, version: 2 }), 'key-set-older'],
  ] as const)('are refused with %s', (_what, document, code) => {
    expect(findKeySetFault(document, root.keyId, keySet)).toBe(code);
  });
});
