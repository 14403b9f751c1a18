import { SignedKeySet } from '#contract/key-set.ts';
import type { KeySet } from '#contract/key-set.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { findKeySetFault } from '#signing/documents.ts';
import type { DurableFiles } from '../files/durable-files.ts';

const PATH = 'key-set.json';

export async function saveKeySet(files: DurableFiles, signed: SignedKeySet): Promise<void> {
  await files.writeWhole(PATH, JSON.stringify(signed));
}

/** The keys that the pinned root key vouches for; checked again at each load. Versions only rise. */
export class HeldKeySet {
  readonly #files: DurableFiles;
  readonly #rootKey: string;
  #keySet: KeySet;

  private constructor(files: DurableFiles, rootKey: string, keySet: KeySet) {
    this.#files = files;
    this.#rootKey = rootKey;
    this.#keySet = keySet;
  }

  /** @throws when the file is missing or was altered: without keys nothing can be believed, so the receiver must be enrolled again. */
  static async open(files: DurableFiles, rootKey: string): Promise<HeldKeySet> {
    const text = await files.readText(PATH);
    if (text === undefined) throw new Error(`${PATH} is missing: enrol this receiver again`);
    const signed = SignedKeySet.parse(JSON.parse(text));
    const fault = findKeySetFault(signed, rootKey, undefined);
    if (fault) throw new Error(`${PATH} is not to be believed (${fault}): enrol this receiver again`);
    return new HeldKeySet(files, rootKey, signed.payload);
  }

  get current(): KeySet {
    return this.#keySet;
  }

  /** Counts at once, also where the disk does not take it: an emergency under a new key does not wait for a full disk. */
  async takeOver(signed: SignedKeySet): Promise<ProblemCode | undefined> {
    const fault = findKeySetFault(signed, this.#rootKey, this.#keySet);
    if (fault || signed.payload.version === this.#keySet.version) return fault;
    this.#keySet = signed.payload;
    await saveKeySet(this.#files, signed);
    return undefined;
  }
}
