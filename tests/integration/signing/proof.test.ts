import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportManifest, ExportedReceipt } from '#contract/receipt.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { signDocument } from '#signing/documents.ts';
import { planDeliveries } from '../../../server/dispatch/plan-deliveries.ts';
import { ReceiptIntake } from '../../../server/dispatch/receipt-intake.ts';
import { systemClock } from '../../../server/lib/clock.ts';
import { openKeyRing, type KeyRing } from '../../../server/receivers/key-ring.ts';
import { saveReceiverState } from '../../../server/receivers/receiver-store.ts';
import type { StoredAiring } from '../../../server/scheduling/airing-store.ts';
import { booted, playedWhole, TalkingReceiver } from '../../support/talking-receiver.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { DispatchSite, SPOKEN_MS } from '../dispatch/dispatch-site.ts';
import { npmRun } from './run-command.ts';

interface ManifestLine {
  manifest: { payload: ExportManifest; keyId: string; signature: string };
  keySet: unknown;
}

/** A site with a played airing: one receiver with a second airing in its midst, one swapped since, one that stayed silent. */
let site: DispatchSite;
let folder: TempFolder;
let keyRing: KeyRing;
let dataFolder: string;
let airing: StoredAiring;
let tellers: TalkingReceiver[];
/** The export as written, its lines without npm's banner, and how many lines the banner takes. */
let lines: string[];
let bannerLines: number;

beforeAll(async () => {
  site = await DispatchSite.open();
  folder = await TempFolder.create();
  const { db, rootAreaId } = site.floor;
  const file = ((await db.raw('PRAGMA database_list')) as { file: string }[])[0]?.file ?? '';
  dataFolder = join(file, '..');
  keyRing = await openKeyRing(dataFolder, systemClock);
  const communeId = await site.floor.addArea(rootAreaId, 'commune', 'Xã Duy Hải');
  tellers = [];
  for (const name of ['Chợ', 'Đình', 'Bến']) tellers.push(await site.addReceiver(await site.floor.addCluster(communeId, name)));
  airing = await site.addAiring([{ kind: 'area', id: communeId }]);
  const other = await site.addAiring([{ kind: 'area', id: communeId }]);
  for (const one of [airing, other]) await planDeliveries(site.deps, one.airingId);
  const [first, swapped] = tellers as [TalkingReceiver, TalkingReceiver];
  const intake = new ReceiptIntake(site.deps);
  const whole = playedWhole(airing, SPOKEN_MS);
  first.say(booted(), ...whole.slice(0, 2), ...playedWhole(other, SPOKEN_MS), ...whole.slice(2));
  swapped.say(booted(), ...whole);
  for (const teller of [first, swapped]) intake.submit(teller.receiverId, teller.chain);
  await intake.settle();
  await site.takeAway(swapped.receiverId);
  await saveReceiverState(db, swapped.receiverId, 'revoked', 'burnt');
  const exported = join(folder.path, 'export.jsonl');
  // The database stays open here, as a running server would have it, and is written to meanwhile.
  const { code, problem } = await npmRun('export-receipts', ['--airing', airing.airingId, '--data', dataFolder], exported);
  if (code !== 0) throw new Error(`the export ended with ${code}: ${problem}`);
  const all = (await readFile(exported, 'utf8')).split('\n').slice(0, -1);
  bannerLines = all.findIndex((line) => line.startsWith('{'));
  lines = all.slice(bannerLines);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const verify = async (text: string, trust = keyRing.rootKey) => {
  const path = join(folder.path, `${randomUUID()}.jsonl`);
  await writeFile(path, text);
  const { code, out } = await npmRun('verify-receipts', [path, '--trust', trust, '--json']);
  const verdict = out.split('\n').find((line) => line.startsWith('{')) ?? '{}';
  return {
    code,
    verdict: JSON.parse(verdict) as { verified: boolean; count: number; fault: unknown; receivers: number; bodies: number },
  };
};
const receiptAt = (line: number) => JSON.parse(lines[line - 1] ?? '') as ExportedReceipt;
const placeOf = (line: number) => ({ receiverId: receiptAt(line).head.receiverId, sequence: receiptAt(line).head.sequence });
const textOf = (changed: readonly string[]) => `${changed.join('\n')}\n`;
/** Which line first holds a receipt with its body that is not its receiver's last. */
const bodyLine = () => 1 + lines.findIndex((line, index) => index > 1 && line.includes('"kind":"order-armed"'));

describe('the export of an airing', () => {
  it('is verified by someone who has nothing but the file and the key: swapped, silent and talkative receivers alike', async () => {
    const banner = ['', '> truyen-thanh@0.1.0 export-receipts', '> node', ''];
    const { code, verdict } = await verify(textOf([...banner, ...lines]));
    expect(verdict).toMatchObject({ verified: true, receivers: 3, count: 15, bodies: 10, fault: null });
    expect(code).toBe(0);
    expect(bannerLines).toBeGreaterThanOrEqual(0);
    expect(lines.filter((line) => line.includes(`"body":null`))).toHaveLength(5);
  });

  it('leaves the server writing while it is read, and changes nothing in the data folder', async () => {
    const [, , silent] = tellers as [TalkingReceiver, TalkingReceiver, TalkingReceiver];
    const keys = await readFile(join(dataFolder, 'keys', 'key-set.json'), 'utf8');
    const exporting = npmRun(
      'export-receipts',
      ['--airing', airing.airingId, '--data', dataFolder],
      join(folder.path, 'again.jsonl'),
    );
    const intake = new ReceiptIntake(site.deps);
    for (let index = 0; index < 20; index += 1) {
      intake.submit(silent.receiverId, silent.say(booted()));
      await intake.settle();
    }
    expect((await exporting).code).toBe(0);
    expect(site.sentTo(silent.receiverId, 'receipts-acknowledged')).toHaveLength(20);
    expect(await readFile(join(dataFolder, 'keys', 'key-set.json'), 'utf8')).toBe(keys);
    const again = await readFile(join(folder.path, 'again.jsonl'), 'utf8');
    expect((await verify(again)).verdict.verified).toBe(true);
  });

  it('names the first bad record when one was altered, removed, removed at the tail, swapped or forged', async () => {
    const line = bodyLine();
    const at = placeOf(line);
    const tail = placeOf(lines.length);
    const line0 = line - 1;
    const forger = new TalkingReceiver(at.receiverId);
    const [forged] = forger.say(booted());
    const forgedLine = JSON.stringify({ ...receiptAt(line), signature: forged?.signature });
    const cases: [string, string[], object][] = [
      [
        'altered',
        lines.with(line0, (lines[line0] ?? '').replace('synchronised', 'holdover')),
        { line, code: 'receipt-signature-wrong', ...at },
      ],
      ['removed', lines.toSpliced(line0, 1), { line, code: 'receipt-missing', ...at }],
      ['tail removed', lines.slice(0, -1), { line: lines.length, code: 'receipt-missing', ...tail }],
      ['swapped', lines.with(line0, lines[line] ?? '').with(line, lines[line0] ?? ''), { line, code: 'receipt-missing', ...at }],
      ['forged', lines.with(line0, forgedLine), { line, code: 'receipt-signature-wrong', ...at }],
      [
        'body stripped',
        lines.with(line0, JSON.stringify({ ...receiptAt(line), body: null })),
        { line, code: 'receipt-body-missing', ...at },
      ],
      [
        'doubled',
        lines.toSpliced(line0, 0, lines[line0] ?? ''),
        { line: line + 1, code: 'receipt-out-of-order', receiverId: at.receiverId, sequence: at.sequence + 1 },
      ],
    ];
    for (const [what, changed, fault] of cases) {
      const { code, verdict } = await verify(textOf(changed));
      expect([what, code, verdict.verified, verdict.fault]).toEqual([what, 1, false, fault]);
    }
    const { code, verdict } = await verify(textOf(lines).slice(0, -60));
    expect([code, verdict.fault]).toEqual([1, { line: lines.length, code: 'receipt-unreadable', ...tail }]);
  });

  it('is not verified when its manifest was edited, or is signed by a foreign key, or its keys hang on another root', async () => {
    const first = JSON.parse(lines[0] ?? '') as ManifestLine;
    const { payload } = first.manifest;
    const thief = generateSigningKey();
    const foreignRing = await openKeyRing(join(folder.path, 'foreign'), systemClock);
    const without = { ...payload, receivers: payload.receivers.slice(1) };
    const cases: [string, object, string][] = [
      ['edited', { ...first, manifest: { ...first.manifest, payload: without } }, 'signature-wrong'],
      ['foreign key', { ...first, manifest: signDocument(thief, without) }, 'key-unknown'],
      ['another root', { manifest: foreignRing.sign('record', without), keySet: foreignRing.keySet }, 'root-key-foreign'],
    ];
    for (const [what, changed, fault] of cases) {
      const { code, verdict } = await verify(textOf(lines.with(0, JSON.stringify(changed))));
      expect([what, code, verdict.fault]).toEqual([what, 1, { line: 1, code: fault, receiverId: null, sequence: null }]);
    }
  });

  it('can be read by a person too, and says what can not be checked at all', async () => {
    const good = join(folder.path, 'good.jsonl');
    await writeFile(good, textOf(lines));
    const said = await npmRun('verify-receipts', [good, '--trust', keyRing.rootKey]);
    expect(said.out).toContain(`verified: airing ${airing.airingId}`);
    await writeFile(good, textOf(lines.slice(0, -1)));
    const missed = await npmRun('verify-receipts', [good, '--trust', keyRing.rootKey]);
    expect([missed.code, missed.out]).toEqual([
      1,
      expect.stringContaining(`NOT verified: receipt-missing at line ${lines.length}`),
    ]);
    const none = await npmRun('verify-receipts', [join(folder.path, 'none'), '--trust', keyRing.rootKey]);
    expect([none.code, none.problem]).toEqual([2, expect.stringContaining("can't be read (ENOENT)")]);
    const keyless = await npmRun('verify-receipts', [good]);
    expect([keyless.code, keyless.problem]).toEqual([2, expect.stringContaining('usage:')]);
  });

  it.each([
    ['an airing that is unknown', () => ['--airing', randomUUID(), '--data', dataFolder], 'no airing'],
    ['what is no id', () => ['--airing', 'x', '--data', dataFolder], '--airing must be'],
    ['no data folder', () => ['--airing', airing.airingId, '--data', join(folder.path, 'none')], 'there is no database'],
  ])('is refused with a clear sentence for %s', async (_what, args, sentence) => {
    const { code, out, problem } = await npmRun('export-receipts', args());
    expect(code).toBe(2);
    expect(problem).toContain(sentence);
    expect(problem).not.toContain(' at ');
    expect(out).not.toContain('{');
  });
});
