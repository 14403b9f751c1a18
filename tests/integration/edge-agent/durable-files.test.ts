import { expect, test } from 'vitest';
import { DurableFiles } from '../../../edge-agent/files/durable-files.ts';
import { openDiskFiles } from '../../../edge-agent/files/raw-files.ts';
import { HeldKeySet, saveKeySet } from '../../../edge-agent/programme/held-key-set.ts';
import { Signers } from '../../support/signed-fixtures.ts';
import { TempFolder } from '../../support/temp-folder.ts';

test('of many writes of one file at once none fails, and the last one asked for stands', async () => {
  await using folder = await TempFolder.create();
  const files = new DurableFiles(openDiskFiles(folder.path));
  await files.open([]);
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(50_000));
  await Promise.all(texts.map((text) => files.writeWhole('programme.json', text)));
  expect(await files.readText('programme.json')).toBe(texts.at(-1));
});

test('a new key set counts at once though the disk is full, and the one on disk stays whole', async () => {
  await using folder = await TempFolder.create();
  const disk = openDiskFiles(folder.path);
  let isFull = false;
  const write: typeof disk.write = async (...given) => {
    if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    await disk.write(...given);
  };
  const files = new DurableFiles({ ...disk, write });
  await files.open([]);
  const signers = new Signers();
  await saveKeySet(files, signers.keySet(1));
  const held = await HeldKeySet.open(files, signers.root.keyId);
  isFull = true;
  signers.renew('emergency');
  await expect(held.takeOver(signers.keySet(2))).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(held.current.keys.map(({ keyId }) => keyId)).toContain(signers.emergency.keyId);
  const afterRestart = await HeldKeySet.open(files, signers.root.keyId);
  expect(afterRestart.current.version).toBe(1);
});
