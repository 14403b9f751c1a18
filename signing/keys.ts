import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';

/** PKCS#8 and SPKI wrap the 32 raw bytes of an Ed25519 key in these fixed headers (RFC 8410). */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 private key together with its public half; `keyId` is the raw public key in base64url. */
export interface SigningKey {
  keyId: string;
  privateKey: KeyObject;
}

export function generateSigningKey(): SigningKey {
  return signingKeyOf(generateKeyPairSync('ed25519').privateKey);
}

export function exportSigningKey(key: SigningKey): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** @throws when the text is not an Ed25519 private key in PKCS#8 PEM. */
export function importSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('this is not an Ed25519 key');
  return signingKeyOf(privateKey);
}

/** Signs bytes; the signature is base64url. */
export function signBytes(key: SigningKey, bytes: Uint8Array): string {
  return sign(null, bytes, key.privateKey).toString('base64url');
}

/** False for a wrong signature and for a key or signature that is not even well formed. */
export function verifyBytes(keyId: string, bytes: Uint8Array, signature: string): boolean {
  const publicKey = publicKeyOf(keyId);
  const rawSignature = bytesOf(signature, 64);
  return publicKey !== undefined && rawSignature !== undefined && verify(null, bytes, publicKey, rawSignature);
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { keyId: spki.subarray(SPKI_HEADER.length).toString('base64url'), privateKey };
}

function publicKeyOf(keyId: string): KeyObject | undefined {
  const raw = bytesOf(keyId, 32);
  if (!raw) return undefined;
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_HEADER, raw]), format: 'der', type: 'spki' });
  } catch {
    return undefined; // not a point on the curve: no signature can be right under it
  }
}

/** The last character has bits to spare: only one spelling is taken, or a revoked key could come back as another text. */
function bytesOf(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined;
}
