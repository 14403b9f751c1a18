import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeySet, SignedKeySet, WorkingKey } from '#contract/key-set.ts';
import type { KeyPurpose, SignedDocument } from '#contract/signed-document.ts';
import { findKeySetFault, signDocument } from '#signing/documents.ts';
import { generateSigningKey, type SigningKey } from '#signing/keys.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { ADVICE, createKeyFolder, readKeyFolder, readWorkingKey, writeKeySet, writeWorkingKey } from './key-files.ts';
import { findSigningKey, keepKeys, planNewKeys } from './key-set-rules.ts';

/** The server's keys: signs with the working keys, and renews them as long as the root key is here. */
export interface KeyRing {
  /** Public root key: what receivers pin. */
  readonly rootKey: string;
  readonly keySet: SignedKeySet;
  /** @throws when no key of this purpose is valid now. */
  sign<T>(purpose: KeyPurpose, payload: T): SignedDocument<T>;
  /** Makes the next version when a key nears its end. @returns what is still due because the root key is offline. */
  renew(): Promise<{ purposesDue: KeyPurpose[] }>;
}

/**
 * Invariants:
 * - every version is signed by the same root key, and versions only rise;
 * - a private key is on the disk before the set that names it.
 */
export async function openKeyRing(dataFolder: string, clock: Clock): Promise<KeyRing> {
  const folder = join(dataFolder, 'keys');
  await mkdir(dataFolder, { recursive: true });
  const stored = (await readKeyFolder(folder)) ?? (await createKeys(folder, clock));
  const rootKey = stored.rootKey;
  if (rootKey && rootKey.keyId !== stored.keySet.keyId) {
    throw new Error(`${join(folder, 'root.pem')} is not the root key that signed key-set.json. ${ADVICE}`);
  }
  const fault = findKeySetFault(stored.keySet, stored.keySet.keyId, undefined);
  if (fault) throw new Error(`${join(folder, 'key-set.json')} is damaged (${fault}). ${ADVICE}`);
  const ring = new FolderKeyRing(folder, clock, rootKey, stored.keySet);
  await ring.loadWorkingKeys();
  await ring.renew();
  return ring;
}

class FolderKeyRing implements KeyRing {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #root: SigningKey | undefined;
  readonly #keys = new Map<string, SigningKey>();
  #keySet: SignedKeySet;
  #renewal: Promise<{ purposesDue: KeyPurpose[] }> | undefined;

  constructor(folder: string, clock: Clock, root: SigningKey | undefined, keySet: SignedKeySet) {
    this.#folder = folder;
    this.#clock = clock;
    this.#root = root;
    this.#keySet = keySet;
  }

  get rootKey(): string {
    return this.#keySet.keyId;
  }

  get keySet(): SignedKeySet {
    return this.#keySet;
  }

  async loadWorkingKeys(): Promise<void> {
    for (const { keyId, validUntil } of this.#keySet.payload.keys) {
      if (Date.parse(validUntil) < this.#clock.now()) continue; // signs nothing any more
      this.#keys.set(keyId, await readWorkingKey(this.#folder, keyId));
    }
  }

  sign<T>(purpose: KeyPurpose, payload: T): SignedDocument<T> {
    const entry = findSigningKey(this.#keySet.payload, purpose, this.#clock.now());
    const key = entry && this.#keys.get(entry.keyId);
    if (!key) {
      throw new Error(`no ${purpose} key is valid now: bring root.pem back into ${this.#folder} and start again to renew it`);
    }
    return signDocument(key, payload);
  }

  renew(): Promise<{ purposesDue: KeyPurpose[] }> {
    this.#renewal ??= this.#renewNow().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renewNow(): Promise<{ purposesDue: KeyPurpose[] }> {
    const { version, keys } = this.#keySet.payload;
    const planned = planNewKeys(keys, this.#clock.now());
    if (planned.length === 0) return { purposesDue: [] };
    if (!this.#root) return { purposesDue: planned.map(({ purpose }) => purpose) };
    const made = makeKeys(planned);
    for (const { key } of made) await writeWorkingKey(this.#folder, key);
    const kept = keepKeys(keys, this.#clock.now());
    const next = signKeySet(this.#root, version + 1, [...kept, ...made.map(({ entry }) => entry)], this.#clock);
    await writeKeySet(this.#folder, next);
    for (const { key } of made) this.#keys.set(key.keyId, key);
    this.#keySet = next;
    return { purposesDue: [] };
  }
}

async function createKeys(folder: string, clock: Clock): Promise<{ rootKey: SigningKey; keySet: SignedKeySet }> {
  const rootKey = generateSigningKey();
  const made = makeKeys(planNewKeys([], clock.now()));
  const entries = made.map(({ entry }) => entry);
  const keySet = signKeySet(rootKey, 1, entries, clock);
  await createKeyFolder(
    folder,
    rootKey,
    keySet,
    made.map(({ key }) => key),
  );
  return { rootKey, keySet };
}

function makeKeys(planned: ReturnType<typeof planNewKeys>): { key: SigningKey; entry: WorkingKey }[] {
  return planned.map(({ purpose, validFromMs, validUntilMs }) => {
    const key = generateSigningKey();
    const entry = { keyId: key.keyId, purpose, validFrom: instantOf(validFromMs), validUntil: instantOf(validUntilMs) };
    return { key, entry };
  });
}

function signKeySet(root: SigningKey, version: number, keys: WorkingKey[], clock: Clock): SignedKeySet {
  const payload: KeySet = { type: 'key-set', v: 1, version, issuedAt: instantOf(clock.now()), keys };
  return signDocument(root, payload);
}
