import { folderOf } from './raw-files.ts';
import type { RawFiles } from './raw-files.ts';

const UNFINISHED = '.new';

/**
 * Invariants:
 * - a file under its own name is whole: either the old one or the new one, whenever the power goes;
 * - what `writeWhole`, `append` and `keep` have resolved for is there after a power cut;
 * - what ends in `.new` or `.part` is unfinished and nobody's truth.
 */
export class DurableFiles {
  readonly raw: RawFiles;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(raw: RawFiles) {
    this.raw = raw;
  }

  /** Makes the folders and clears away what a power cut left half-written. */
  async open(folders: string[]): Promise<void> {
    for (const folder of ['.', ...folders]) {
      await this.raw.makeFolder(folder);
      for (const name of await this.raw.list(folder)) {
        if (name.endsWith(UNFINISHED)) await this.raw.remove(`${folder}/${name}`);
      }
    }
    await this.raw.syncFolder('.');
  }

  async readText(path: string): Promise<string | undefined> {
    return (await this.raw.read(path))?.toString('utf8');
  }

  /** One after the other for each path, in the order of asking: two at once would take each other's unfinished file away. */
  async writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
    const before = this.#writing.get(path) ?? Promise.resolve();
    const written = before.catch(() => undefined).then(() => this.#writeWhole(path, text, mode));
    this.#writing.set(path, written);
    try {
      await written;
    } finally {
      if (this.#writing.get(path) === written) this.#writing.delete(path);
    }
  }

  async #writeWhole(path: string, text: string, mode: number): Promise<void> {
    const unfinished = path + UNFINISHED;
    try {
      await this.raw.write(unfinished, Buffer.from(text, 'utf8'), mode);
      await this.raw.sync(unfinished);
      await this.raw.rename(unfinished, path);
      await this.raw.syncFolder(folderOf(path));
    } catch (error) {
      await this.raw.remove(unfinished).catch(() => undefined); // the first error is the one that tells
      throw error;
    }
  }

  /** After an error the file may hold a part of it: `cutTo` the length known before. */
  async append(path: string, text: string): Promise<void> {
    const isNew = (await this.raw.size(path)) === undefined;
    await this.raw.append(path, Buffer.from(text, 'utf8'));
    await this.raw.sync(path);
    if (isNew) await this.raw.syncFolder(folderOf(path));
  }

  async cutTo(path: string, length: number): Promise<void> {
    if ((await this.raw.size(path)) === undefined) return;
    await this.raw.truncate(path, length);
    await this.raw.sync(path);
  }

  /** An unfinished file has become whole: it takes its own name. */
  async keep(unfinished: string, path: string): Promise<void> {
    await this.raw.sync(unfinished);
    await this.raw.rename(unfinished, path);
    await this.raw.syncFolder(folderOf(path));
  }

  async remove(path: string): Promise<void> {
    await this.raw.remove(path);
    await this.raw.syncFolder(folderOf(path));
  }
}
