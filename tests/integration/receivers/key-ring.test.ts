import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFault, findKeySetFault } from '#signing/documents.ts';
import { exportSigningKey, generateSigningKey } from '#signing/keys.ts';
import { openKeyRing } from '../../../server/receivers/key-ring.ts';
import { DrivenClock } from '../../support/driven-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const DAY = 86_400_000;
const PURPOSES = ['programme', 'emergency', 'command', 'update', 'record'] as const;

test('the first start makes a root key and five working keys, for the owner alone', async () => {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const ring = await openKeyRing(folder.path, clock);
  expect(findKeySetFault(ring.keySet, ring.rootKey, undefined)).toBeUndefined();
  expect(ring.keySet.payload).toMatchObject({ version: 1, issuedAt: clock.at });
  expect((await stat(join(folder.path, 'keys'))).mode & 0o777).toBe(0o700);
  const files = await readdir(join(folder.path, 'keys'));
  expect(files).toHaveLength(7);
  for (const file of files) expect((await stat(join(folder.path, 'keys', file))).mode & 0o777).toBe(0o600);
  for (const purpose of PURPOSES) {
    const signed = ring.sign(purpose, { type: 'server-time', v: 1 });
    expect(findFault(signed, purpose, ring.keySet.payload, clock.now())).toBeUndefined();
    const foreign = purpose === 'record' ? 'emergency' : 'record';
    expect(findFault(signed, foreign, ring.keySet.payload, clock.now())).toBe('key-purpose-wrong');
  }
});

test('a later start has the same keys, and so has one without the root key', async () => {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const first = await openKeyRing(folder.path, clock);
  const again = await openKeyRing(folder.path, clock);
  expect(again.keySet).toEqual(first.keySet);
  await rm(join(folder.path, 'keys', 'root.pem'));
  const offline = await openKeyRing(folder.path, clock);
  expect(offline.rootKey).toBe(first.rootKey);
  expect(offline.keySet).toEqual(first.keySet);
  const payload = { type: 'order' };
  expect(offline.sign('emergency', payload)).toEqual(first.sign('emergency', payload));
});

test('a first start that was killed half-way leaves no half key folder', async () => {
  await using folder = await TempFolder.create();
  await mkdir(join(folder.path, 'keys.new'));
  await writeFile(join(folder.path, 'keys.new', 'root.pem'), 'half a k');
  const ring = await openKeyRing(folder.path, new DrivenClock());
  expect(ring.keySet.payload.version).toBe(1);
  expect(await readdir(folder.path)).toEqual(['keys']);
});

test('keys are renewed with overlap, under a higher version that survives a restart', async () => {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const ring = await openKeyRing(folder.path, clock);
  const before = ring.keySet.payload;
  const oldOrder = ring.sign('programme', { type: 'programme' });
  expect(await ring.renew()).toEqual({ purposesDue: [] });
  expect(ring.keySet.payload.version).toBe(1);

  clock.advance(310 * DAY);
  expect(await ring.renew()).toEqual({ purposesDue: [] });
  const after = ring.keySet.payload;
  expect(after.version).toBe(2);
  expect(after.keys).toHaveLength(10);
  expect(findKeySetFault(ring.keySet, ring.rootKey, before)).toBeUndefined();
  expect(findKeySetFault({ ...ring.keySet, payload: before }, ring.rootKey, after)).toBeDefined();
  // Until receivers had two weeks to learn of the new key, the old one signs.
  expect(ring.sign('programme', {}).keyId).toBe(oldOrder.keyId);
  clock.advance(15 * DAY);
  const fresh = ring.sign('programme', {});
  expect(fresh.keyId).not.toBe(oldOrder.keyId);
  expect(findFault(oldOrder, 'programme', after, clock.now())).toBeUndefined();
  expect(findFault(fresh, 'programme', before, clock.now())).toBe('key-unknown');

  const restarted = await openKeyRing(folder.path, clock);
  expect(restarted.keySet).toEqual(ring.keySet);
  expect(restarted.sign('programme', {})).toEqual(fresh);
});

test('with the root key offline renewal says what is due; when it is brought back, the next start renews', async () => {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const path = join(folder.path, 'keys', 'root.pem');
  await openKeyRing(folder.path, clock);
  const root = await readFile(path);
  await rm(path);
  clock.advance(310 * DAY);
  const offline = await openKeyRing(folder.path, clock);
  expect(await offline.renew()).toEqual({ purposesDue: [...PURPOSES] });
  expect(offline.keySet.payload.version).toBe(1);
  clock.advance(60 * DAY);
  expect(() => offline.sign('emergency', {})).toThrow(/no emergency key is valid now: bring root\.pem back/);
  await writeFile(path, root);
  const online = await openKeyRing(folder.path, clock);
  expect(online.keySet.payload.version).toBe(2);
  const signed = online.sign('emergency', {});
  expect(findFault(signed, 'emergency', online.keySet.payload, clock.now())).toBeUndefined();
});

async function startWith(damage: (keys: string, emergencyKeyId: string) => Promise<void>): Promise<unknown> {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const ring = await openKeyRing(folder.path, clock);
  await damage(join(folder.path, 'keys'), ring.sign('emergency', {}).keyId);
  return await openKeyRing(folder.path, clock).then(
    () => 'it started',
    (error: unknown) => error,
  );
}

test.each<[string, RegExp, (keys: string, keyId: string) => Promise<void>]>([
  ['a key set cut short', /key-set\.json is missing or damaged/, (keys) => writeFile(join(keys, 'key-set.json'), '{"payl')],
  ['no key set', /key-set\.json is missing or damaged/, (keys) => rm(join(keys, 'key-set.json'))],
  [
    'an altered key set',
    /key-set\.json is damaged \(signature-wrong\)/,
    async (keys) => {
      const path = join(keys, 'key-set.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace('"version": 1', '"version": 7'));
    },
  ],
  ['a missing working key', /is missing or damaged/, (keys, keyId) => rm(join(keys, `${keyId}.pem`))],
  ['a working key of zeros', /is missing or damaged/, (keys, keyId) => writeFile(join(keys, `${keyId}.pem`), Buffer.alloc(119))],
  [
    'another key under the name of ours',
    /holds another key than its name says/,
    (keys, keyId) => writeFile(join(keys, `${keyId}.pem`), exportSigningKey(generateSigningKey())),
  ],
  ['a damaged root key', /root\.pem is missing or damaged/, (keys) => writeFile(join(keys, 'root.pem'), 'no key')],
  [
    'a foreign root key',
    /root\.pem is not the root key that signed key-set\.json/,
    (keys) => writeFile(join(keys, 'root.pem'), exportSigningKey(generateSigningKey())),
  ],
])('%s stops the start and says what to do', async (_name, text, damage) => {
  const error = await startWith(damage);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(text);
  expect((error as Error).message).toMatch(/restore the folder "keys" from a backup/);
});

test('a disk that cannot be written keeps the version that was', async () => {
  await using folder = await TempFolder.create();
  const clock = new DrivenClock();
  const ring = await openKeyRing(folder.path, clock);
  const keys = join(folder.path, 'keys');
  clock.advance(310 * DAY);
  // A folder in the way of the new set's draft: writing it fails, whoever runs this.
  await mkdir(join(keys, 'key-set.json.new'));
  await expect(ring.renew()).rejects.toThrow();
  expect(ring.keySet.payload.version).toBe(1);
  expect(ring.sign('emergency', {}).keyId).toBe(ring.keySet.payload.keys.find(({ purpose }) => purpose === 'emergency')?.keyId);
  await rm(join(keys, 'key-set.json.new'), { recursive: true });
  await ring.renew();
  expect(ring.keySet.payload.version).toBe(2);
});
