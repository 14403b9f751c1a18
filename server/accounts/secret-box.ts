import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals small secrets for the database under a key in a file of its own (AES-256-GCM): whoever reads the database or a copy of
 * it, but not the key folder, learns none of them. A sealed secret opens only for the owner it was sealed for.
 */
export class SecretBox {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** Makes the key at a first start. @throws when it is missing or damaged while something is sealed under it. */
  static async open(file: string, hasSealed: () => Promise<boolean>): Promise<SecretBox> {
    const stored = await readIfThere(file);
    if (stored?.length === KEY_BYTES) return new SecretBox(stored);
    if (stored !== undefined || (await hasSealed())) {
      throw new Error(`${file} is missing or damaged: restore it from a backup, for without it no second factor can be checked`);
    }
    const key = randomBytes(KEY_BYTES);
    await writeDurably(file, key);
    return new SecretBox(key);
  }

  seal(owner: string, secret: Buffer): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(owner, 'utf8'));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws when it was altered, or sealed for another owner or under another key. */
  unseal(owner: string, text: string): Buffer {
    const bytes = Buffer.from(text, 'base64url');
    const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(owner, 'utf8')).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const draft = await open(`${path}.new`, 'w', 0o600);
  try {
    await draft.writeFile(bytes);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
