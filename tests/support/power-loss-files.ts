import type { RawFiles } from '../../edge-agent/files/raw-files.ts';

export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

interface Content {
  /** What the disk holds for certain. */
  durable: Buffer;
  /** What programs see. */
  seen: Buffer;
}

/**
 * A disk in memory that forgets, at a power cut, what was not synced: bytes without `sync` are lost in part or in whole, names without
 * `syncFolder` may or may not have changed. `cutAfter` operations the power goes: that operation is half done and nothing works any more.
 */
export class PowerLossFiles implements RawFiles {
  readonly #random: () => number;
  #seen = new Map<string, Content>();
  #durable = new Map<string, Content>();
  #isCut = false;
  #left = Number.POSITIVE_INFINITY;
  operations = 0;

  /** `random`: numbers in [0, 1) that decide what survives. */
  constructor(random: () => number) {
    this.#random = random;
  }

  cutAfter(operations: number): void {
    this.#left = operations;
  }

  /** The power is back: what the disk still knows is all there is. */
  reboot(): void {
    // Each folder entry that was not synced has reached the disk, or not.
    const names = new Map(this.#durable);
    for (const path of new Set([...this.#seen.keys(), ...this.#durable.keys()])) {
      if (this.#seen.get(path) === this.#durable.get(path) || this.#random() < 0.5) continue;
      const content = this.#seen.get(path);
      if (content) names.set(path, content);
      else names.delete(path);
    }
    for (const content of new Set(names.values())) {
      content.durable = this.#surviving(content);
      content.seen = content.durable;
    }
    this.#durable = new Map(names);
    this.#seen = new Map(names);
    this.#isCut = false;
    this.#left = Number.POSITIVE_INFINITY;
  }

  absolutePath(path: string): string {
    return `/power-loss/${path}`;
  }

  async read(path: string): Promise<Buffer | undefined> {
    this.#alive();
    return this.#seen.get(clean(path))?.seen;
  }

  async size(path: string): Promise<number | undefined> {
    return (await this.read(path))?.length;
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    this.#step(() => {
      const name = clean(path);
      const content = this.#seen.get(name) ?? { durable: Buffer.alloc(0), seen: Buffer.alloc(0) };
      content.seen = Buffer.from(bytes);
      this.#seen.set(name, content);
    });
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    this.#step(() => {
      const name = clean(path);
      const content = this.#seen.get(name) ?? { durable: Buffer.alloc(0), seen: Buffer.alloc(0) };
      content.seen = Buffer.concat([content.seen, bytes]);
      this.#seen.set(name, content);
    });
  }

  async truncate(path: string, length: number): Promise<void> {
    this.#step(() => {
      const content = this.#get(path);
      content.seen = content.seen.subarray(0, length);
    });
  }

  async sync(path: string): Promise<void> {
    this.#step(() => {
      const content = this.#get(path);
      content.durable = content.seen;
    });
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step(() => {
      const content = this.#get(from);
      this.#seen.delete(clean(from));
      this.#seen.set(clean(to), content);
    });
  }

  async remove(path: string): Promise<void> {
    this.#step(() => void this.#seen.delete(clean(path)));
  }

  async makeFolder(): Promise<void> {
    this.#alive();
  }

  async syncFolder(path: string): Promise<void> {
    this.#step(() => {
      const isInside = (name: string) => folder(name) === clean(path);
      for (const name of [...this.#durable.keys()]) if (isInside(name) && !this.#seen.has(name)) this.#durable.delete(name);
      for (const [name, content] of this.#seen) if (isInside(name)) this.#durable.set(name, content);
    });
  }

  async list(path: string): Promise<string[]> {
    this.#alive();
    return [...this.#seen.keys()].filter((name) => folder(name) === clean(path)).map((name) => name.split('/').at(-1) ?? name);
  }

  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    this.#alive();
    return { freeBytes: 1e9, totalBytes: 2e9 };
  }

  /** Some prefix of what was written and not synced; now and then with a hole in it, as file systems leave it. */
  #surviving({ durable, seen }: Content): Buffer {
    if (durable === seen) return durable;
    const isAppended = seen.length >= durable.length && seen.subarray(0, durable.length).equals(durable);
    const from = isAppended ? durable.length : 0;
    const kept = Buffer.from(seen.subarray(0, from + Math.floor(this.#random() * (seen.length - from + 1))));
    if (kept.length > from && this.#random() < 0.3) kept.fill(0, from + Math.floor(this.#random() * (kept.length - from)));
    return isAppended || this.#random() < 0.5 ? kept : durable;
  }

  #step(change: () => void): void {
    this.#alive();
    this.operations++;
    if (this.#left-- <= 0) {
      if (this.#random() < 0.5) change();
      this.#isCut = true;
      throw new PowerCut('the power is gone');
    }
    change();
  }

  #alive(): void {
    if (this.#isCut) throw new PowerCut('the power is gone');
  }

  #get(path: string): Content {
    const content = this.#seen.get(clean(path));
    if (!content) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
    return content;
  }
}

function clean(path: string): string {
  return path.replace(/^\.\//, '');
}

function folder(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '.' : name.slice(0, slash);
}
