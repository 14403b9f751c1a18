import { createHash } from 'node:crypto';
import type { MediaReference } from '#contract/primitives.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';

const FOLDER = 'media';
const PART = '.part';

/** The finished audio on this receiver's disk, by hash. What is not checked in this boot of the agent is not there yet. */
export class MediaShelf {
  readonly #files: DurableFiles;
  readonly #log: Log;
  readonly #names = new Set<string>();
  readonly #checked = new Set<string>();

  private constructor(files: DurableFiles, log: Log) {
    this.#files = files;
    this.#log = log;
  }

  static readonly folders = [FOLDER];

  static async open(files: DurableFiles, log: Log): Promise<MediaShelf> {
    const shelf = new MediaShelf(files, log);
    for (const name of await files.raw.list(FOLDER)) if (/^[0-9a-f]{64}$/.test(name)) shelf.#names.add(name);
    return shelf;
  }

  /** On disk and checked. */
  has(sha256: string): boolean {
    return this.#checked.has(sha256);
  }

  get held(): string[] {
    return [...this.#names];
  }

  absolutePath(sha256: string): string {
    return this.#files.raw.absolutePath(pathOf(sha256));
  }

  /** Reads a file of an earlier boot once and believes it from then on; what rotted on its card is removed. */
  async check(media: MediaReference): Promise<boolean> {
    if (this.#checked.has(media.sha256)) return true;
    if (!this.#names.has(media.sha256)) return false;
    if ((await this.#hash(pathOf(media.sha256))) === media.sha256) {
      this.#checked.add(media.sha256);
      return true;
    }
    this.#log('media-rotten', { sha256: media.sha256 });
    await this.remove(media.sha256);
    return false;
  }

  async partBytes(sha256: string): Promise<number> {
    return (await this.#files.raw.size(pathOf(sha256) + PART)) ?? 0;
  }

  async appendPart(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#files.raw.append(pathOf(sha256) + PART, bytes);
  }

  async dropPart(sha256: string): Promise<void> {
    await this.#files.raw.remove(pathOf(sha256) + PART);
  }

  /** The part is complete: false, and gone, when it is not what was ordered. */
  async acceptPart(sha256: string): Promise<boolean> {
    if ((await this.#hash(pathOf(sha256) + PART)) !== sha256) {
      await this.dropPart(sha256);
      return false;
    }
    await this.#files.keep(pathOf(sha256) + PART, pathOf(sha256));
    this.#names.add(sha256);
    this.#checked.add(sha256);
    return true;
  }

  async remove(sha256: string): Promise<void> {
    this.#names.delete(sha256);
    this.#checked.delete(sha256);
    await this.#files.remove(pathOf(sha256));
  }

  /** Unfinished downloads of what nobody wants any more. */
  async dropPartsExcept(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#files.raw.list(FOLDER)) {
      if (name.endsWith(PART) && !wanted.has(name.slice(0, -PART.length))) await this.#files.raw.remove(`${FOLDER}/${name}`);
    }
  }

  async #hash(path: string): Promise<string | undefined> {
    try {
      const hash = createHash('sha256');
      const bytes = await this.#files.raw.read(path);
      if (!bytes) return undefined;
      return hash.update(bytes).digest('hex');
    } catch (error) {
      this.#log('media-unreadable', { path, error: wordsOf(error) });
      return undefined;
    }
  }
}

function pathOf(sha256: string): string {
  return `${FOLDER}/${sha256}`;
}
