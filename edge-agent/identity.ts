import { z } from 'zod';
import { ReceiverKind } from '#contract/enrolment.ts';
import { Id, PublicKey } from '#contract/primitives.ts';
import { exportSigningKey, importSigningKey } from '#signing/keys.ts';
import type { SigningKey } from '#signing/keys.ts';
import type { DurableFiles } from './files/durable-files.ts';

const IDENTITY = 'identity.json';
const PRIVATE_KEY = 'private-key.pem';

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

/** The key before the identity: a power cut between the two leaves a receiver that is simply not enrolled yet. */
export async function saveIdentity(files: DurableFiles, identity: Identity, key: SigningKey): Promise<void> {
  await files.writeWhole(PRIVATE_KEY, exportSigningKey(key), 0o600);
  await files.writeWhole(IDENTITY, JSON.stringify(identity, null, 2));
}
