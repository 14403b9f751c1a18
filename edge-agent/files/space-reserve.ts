import { isDiskFull } from './raw-files.ts';
import type { DurableFiles } from './durable-files.ts';

const PATH = 'space-reserve';

/**
 * Space that is held back while there is some, so that receipts can still be written when the disk is full.
 * Real bytes, not a hole: only what is allocated can be given back.
 */
export class SpaceReserve {
  readonly #files: DurableFiles;
  readonly #bytes: number;
  #isHeld = false;

  constructor(files: DurableFiles, bytes: number) {
    this.#files = files;
    this.#bytes = bytes;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Takes the space again when twice as much is free. Returns whether it is held. */
  async hold(): Promise<boolean> {
    if (this.#isHeld) return true;
    const size = await this.#files.raw.size(PATH);
    if (size === this.#bytes) return (this.#isHeld = true);
    if ((await this.#files.raw.space()).freeBytes < 2 * this.#bytes) return false;
    try {
      await this.#files.raw.write(PATH, Buffer.alloc(this.#bytes, 0x5a), 0o600);
      await this.#files.raw.sync(PATH);
      this.#isHeld = true;
    } catch (error) {
      await this.#files.raw.remove(PATH);
      if (!isDiskFull(error)) throw error;
    }
    return this.#isHeld;
  }

  async release(): Promise<void> {
    this.#isHeld = false;
    await this.#files.remove(PATH);
  }
}
