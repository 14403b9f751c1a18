import { z } from 'zod';
import { ReceiverKind } from '#contract/enrolment.ts';
import { Id, PublicKey } from '#contract/primitives.ts';
import { exportSigningKey, generateSigningKey, importSigningKey } from '#signing/keys.ts';
import type { SigningKey } from '#signing/keys.ts';
import type { DurableFiles } from './files/durable-files.ts';

const IDENTITY = 'identity.json';
const PRIVATE_KEY = 'private-key.pem';
const ENROLLING = 'enrolling.json';

/** The key that was made for an enrolment whose answer has not been kept yet. */
const SavedEnrolling = z.object({ code: z.string().max(200), pem: z.string().max(2_000) });

/** Who this receiver is and whom it believes. Written once, at enrolment. */
const SavedIdentity = z.object({
  receiverId: Id,
  clusterId: Id,
  kind: ReceiverKind,
  address: z.url({ protocol: /^https?$/ }),
  mqttUrl: z.string().max(300),
  /** Pinned for good: a server with another root key is a foreign one. */
  rootKey: PublicKey,
});
export type Identity = z.infer<typeof SavedIdentity>;

export async function readIdentity(files: DurableFiles): Promise<(Identity & { key: SigningKey }) | undefined> {
  const text = await files.readText(IDENTITY);
  if (text === undefined) return undefined;
  const pem = await files.readText(PRIVATE_KEY);
  if (pem === undefined) throw new Error(`${IDENTITY} is here but ${PRIVATE_KEY} is not: enrol this receiver again`);
  return { ...SavedIdentity.parse(JSON.parse(text)), key: importSigningKey(pem) };
}

/**
 * The key for this code: made once and on disk before anybody is asked. If the answer is lost, the server knows who asks again
 * and answers the same; a new key would find the code used.
 */
export async function keepEnrollingKey(files: DurableFiles, code: string): Promise<SigningKey> {
  const text = await files.readText(ENROLLING);
  const kept = text === undefined ? undefined : SavedEnrolling.parse(JSON.parse(text));
  if (kept?.code === code) return importSigningKey(kept.pem);
  const key = generateSigningKey();
  await files.writeWhole(ENROLLING, JSON.stringify({ code, pem: exportSigningKey(key) }), 0o600);
  return key;
}

/** The key before the identity: a power cut between the two leaves a receiver that is simply not enrolled yet. */
export async function saveIdentity(files: DurableFiles, identity: Identity, key: SigningKey): Promise<void> {
  await files.writeWhole(PRIVATE_KEY, exportSigningKey(key), 0o600);
  await files.writeWhole(IDENTITY, JSON.stringify(identity, null, 2));
  await files.remove(ENROLLING);
}
