import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real file system with hardly any room. Needs root; where mounting is not allowed the test fails and says so. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(kibibytes: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'truyen-thanh-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path]);
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      throw new Error('a full disk could not be caused: mounting a tmpfs is not permitted here', { cause: error });
    }
    return new SmallDisk(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('umount', [this.path]);
    await rm(this.path, { recursive: true, force: true });
  }
}
