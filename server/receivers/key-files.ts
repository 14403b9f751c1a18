import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignedKeySet } from '#contract/key-set.ts';
import { exportSigningKey, importSigningKey, type SigningKey } from '#signing/keys.ts';

// Owns DATA/keys: root.pem, key-set.json, one PEM per working key named by its id. Folder 0700, files 0600.

export interface StoredKeys {
  /** Undefined once it has been taken offline. */
  rootKey: SigningKey | undefined;
  keySet: SignedKeySet;
}

/** All or nothing: the folder gets its name only when everything in it is on the disk. */
export async function createKeyFolder(
  folder: string,
  rootKey: SigningKey,
  keySet: SignedKeySet,
  keys: SigningKey[],
): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await writeDurably(join(draft, 'root.pem'), exportSigningKey(rootKey));
  for (const key of keys) await writeWorkingKey(draft, key);
  await writeKeySet(draft, keySet);
  await rename(draft, folder);
  await syncFolder(dirname(folder));
}

/** Undefined when there is no key folder at all: a first start. @throws with advice when it is damaged. */
export async function readKeyFolder(folder: string): Promise<StoredKeys | undefined> {
  if (!(await exists(folder))) return undefined;
  const rootPath = join(folder, 'root.pem');
  const rootKey = (await exists(rootPath)) ? await readKey(rootPath) : undefined;
  const path = join(folder, 'key-set.json');
  try {
    return { rootKey, keySet: SignedKeySet.parse(JSON.parse(await readFile(path, 'utf8'))) };
  } catch (error) {
    throw new Error(`${path} is missing or damaged. ${ADVICE}`, { cause: error });
  }
}

export function writeWorkingKey(folder: string, key: SigningKey): Promise<void> {
  return writeDurably(pathOf(folder, key.keyId), exportSigningKey(key));
}

/** @throws with advice when the file is missing, damaged, or holds another key than its name says. */
export async function readWorkingKey(folder: string, keyId: string): Promise<SigningKey> {
  const path = pathOf(folder, keyId);
  const key = await readKey(path);
  if (key.keyId !== keyId) throw new Error(`${path} holds another key than its name says. ${ADVICE}`);
  return key;
}

export function writeKeySet(folder: string, keySet: SignedKeySet): Promise<void> {
  return writeDurably(join(folder, 'key-set.json'), JSON.stringify(keySet, null, 2));
}

/** How to go on after damage; every start error about keys ends with it. */
export const ADVICE =
  'Stop here and restore the folder "keys" from a backup: receivers trust these keys and no others. ' +
  'Do not delete it: with new keys every receiver would have to be enrolled again.';

async function readKey(path: string): Promise<SigningKey> {
  try {
    return importSigningKey(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is missing or damaged. ${ADVICE}`, { cause: error });
  }
}

function pathOf(folder: string, keyId: string): string {
  return join(folder, `${keyId}.pem`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
