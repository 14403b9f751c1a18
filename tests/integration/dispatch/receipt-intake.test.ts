import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt, ReceiptBody } from '#contract/receipt.ts';
import { openDatabase } from '../../../server/database/open-database.ts';
import { refuseOldGaps } from '../../../server/dispatch/close-airing.ts';
import { listDeliveries } from '../../../server/dispatch/delivery-store.ts';
import { planDeliveries } from '../../../server/dispatch/plan-deliveries.ts';
import { ReceiptIntake } from '../../../server/dispatch/receipt-intake.ts';
import { insertReceiver } from '../../../server/receivers/receiver-store.ts';
import type { StoredAiring } from '../../../server/scheduling/airing-store.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { booted, playedWhole, TalkingReceiver } from '../../support/talking-receiver.ts';
import { waitFor } from '../../support/wait-for.ts';
import { DispatchSite, SPOKEN_MS } from './dispatch-site.ts';

const INTAKE = fileURLToPath(new URL('./run-intake.ts', import.meta.url));

let site: DispatchSite;
let intake: ReceiptIntake;
let communeId: string;
beforeEach(async () => {
  site = await DispatchSite.open();
  intake = new ReceiptIntake(site.deps);
  communeId = await site.floor.addArea(site.floor.rootAreaId, 'commune', 'Xã Duy Hải');
});
afterEach(() => site[Symbol.asyncDispose]());

const take = async (teller: TalkingReceiver, receipts: readonly Receipt[]) => {
  intake.submit(teller.receiverId, receipts);
  await intake.settle();
};
const place = async (count: number) => {
  const tellers: TalkingReceiver[] = [];
  for (let index = 0; index < count; index += 1) {
    tellers.push(await site.addReceiver(await site.floor.addCluster(communeId, `Cụm ${index}`)));
  }
  return tellers;
};
const acknowledged = (teller: TalkingReceiver) =>
  site.sentTo(teller.receiverId, 'receipts-acknowledged').map((down) => ('upTo' in down ? down.upTo : -1));
const refusals = (teller: TalkingReceiver) =>
  site.sentTo(teller.receiverId, 'receipts-refused').map((down) => ('code' in down ? [down.fromSequence, down.code] : []));
const storedSequences = async (teller: TalkingReceiver, db = site.deps.db) => {
  const rows = await db('receipts').where('receiver_id', teller.receiverId).orderBy('sequence').select('sequence');
  return rows.map((row: { sequence: number }) => row.sequence);
};
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const plan = async (): Promise<StoredAiring> => {
  const airing = await site.addAiring([{ kind: 'area', id: communeId }]);
  await planDeliveries(site.deps, airing.airingId);
  return airing;
};

describe('receipts', () => {
  it('of many receivers become durable in one batch, and each receiver is told how far', async () => {
    const tellers = await place(30);
    const airing = await plan();
    for (const teller of tellers) intake.submit(teller.receiverId, teller.say(booted(), ...playedWhole(airing, SPOKEN_MS)));
    await intake.settle();
    for (const teller of tellers) expect(acknowledged(teller)).toEqual([6]);
    const deliveries = await listDeliveries(site.deps.db, airing.airingId);
    expect(deliveries).toHaveLength(30);
    for (const delivery of deliveries) {
      expect(delivery).toMatchObject({ state: 'played', evidence: 'rendered', playedMs: SPOKEN_MS, isLate: false });
      expect(delivery.soundings).toMatchObject([{ state: 'rendered', playedMs: SPOKEN_MS }]);
    }
    expect(site.published.filter(({ type }) => type === 'delivery-changed')).toHaveLength(30);
  });

  it('that come twice, late or out of order change nothing twice', async () => {
    const [teller] = (await place(1)) as [TalkingReceiver];
    const airing = await plan();
    const [one, two, three, four, five] = teller.say(...playedWhole(airing, SPOKEN_MS)) as [
      Receipt,
      Receipt,
      Receipt,
      Receipt,
      Receipt,
    ];
    await take(teller, [three, five]);
    await take(teller, [four, four, one]);
    await take(teller, [five, one]);
    expect(await storedSequences(teller)).toEqual([1]);
    await take(teller, [two]);
    await take(teller, [two, one, five, four]);
    expect(acknowledged(teller)).toEqual([0, 1, 1, 5, 5]);
    const [delivery] = await listDeliveries(site.deps.db, airing.airingId);
    expect(delivery).toMatchObject({ state: 'played', playedMs: SPOKEN_MS });
    expect(await site.deps.db('held_receipts')).toEqual([]);
    expect(refusals(teller)).toEqual([]);
  });

  it('of one receiver that are wrong keep nobody else waiting', async () => {
    const [good, forged, ahead] = (await place(3)) as [TalkingReceiver, TalkingReceiver, TalkingReceiver];
    const thief = new TalkingReceiver(forged.receiverId);
    ahead.say(...Array.from({ length: 150 }, () => booted()));
    intake.submit(forged.receiverId, thief.say(booted()));
    intake.submit(ahead.receiverId, ahead.chain.slice(-1));
    intake.submit('not-a-receiver', thief.chain);
    intake.submit(good.receiverId, good.say(booted()));
    await intake.settle();
    expect(acknowledged(good)).toEqual([1]);
    expect(refusals(forged)).toEqual([[1, 'receipt-signature-wrong']]);
    expect(refusals(ahead)).toEqual([[150, 'receipt-too-far-ahead']]);
    expect([acknowledged(forged), acknowledged(ahead)]).toEqual([[0], [0]]);
    expect(site.quarantined).toEqual([]);
    expect(await site.deps.db('refused_receipts').select('code').orderBy('code')).toEqual([
      { code: 'receipt-signature-wrong' },
      { code: 'receipt-too-far-ahead' },
    ]);
  });

  it('that break the database for one receiver are stored for the others', async () => {
    const [good, bad] = (await place(2)) as [TalkingReceiver, TalkingReceiver];
    await site.deps.db.raw(
      `CREATE TRIGGER break_one BEFORE INSERT ON receipts WHEN NEW.receiver_id = '${bad.receiverId}' BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    );
    intake.submit(bad.receiverId, bad.say(booted()));
    intake.submit(good.receiverId, good.say(booted()));
    await intake.settle();
    expect([acknowledged(good), acknowledged(bad)]).toEqual([[1], []]);
    await site.deps.db.raw('DROP TRIGGER break_one');
    await take(bad, bad.chain);
    expect(acknowledged(bad)).toEqual([1]);
  });

  it('of a cloned card are refused, reported, and its receiver is quarantined', async () => {
    const [teller] = (await place(1)) as [TalkingReceiver];
    teller.say(booted());
    const clone = teller.clone();
    await take(teller, [...teller.chain, ...teller.say(booted('boot-2'))]);
    await take(clone, clone.say(booted('boot-3')));
    expect(refusals(teller)).toEqual([[2, 'receipt-forked']]);
    expect(site.quarantined).toEqual([teller.receiverId]);
    expect(await storedSequences(teller)).toEqual([1, 2]);
  });

  it('ahead of a gap for a day are refused and reported, and nobody falls silent for it', async () => {
    const [teller] = (await place(1)) as [TalkingReceiver];
    teller.say(booted(), booted(), booted());
    await take(teller, teller.chain.slice(1));
    site.floor.clock.advance(24 * 3_600_000 - 1);
    expect(await refuseOldGaps(site.deps)).toBe(0);
    site.floor.clock.advance(2);
    expect(await refuseOldGaps(site.deps)).toBe(1);
    expect(refusals(teller)).toEqual([[2, 'receipt-chain-broken']]);
    expect(site.quarantined).toEqual([]);
    expect(await refuseOldGaps(site.deps)).toBe(0);
    await take(teller, teller.chain);
    expect(acknowledged(teller).at(-1)).toBe(3);
  });

  it('that are too many at once are left to be sent again, without a limit on nobody', async () => {
    const [talkative, quiet] = (await place(2)) as [TalkingReceiver, TalkingReceiver];
    talkative.say(...Array.from({ length: 100 }, () => booted()));
    for (let again = 0; again < 30; again += 1) intake.submit(talkative.receiverId, talkative.chain);
    intake.submit(quiet.receiverId, quiet.say(booted()));
    await intake.settle();
    expect(acknowledged(talkative)).toEqual([100]);
    expect(acknowledged(quiet)).toEqual([1]);
  });

  it('are still stored when nobody can be answered', async () => {
    const [one, two] = (await place(2)) as [TalkingReceiver, TalkingReceiver];
    site.linkError = new Error('no link');
    for (const teller of [one, two]) intake.submit(teller.receiverId, teller.say(booted()));
    await intake.settle();
    site.linkError = undefined;
    await take(one, one.chain);
    expect(acknowledged(one)).toEqual([1]);
    expect(await storedSequences(two)).toEqual([1]);
  });
});

describe('an acknowledgement', () => {
  it('is never sent for what a full disk did not take, and is sent when there is room again', async () => {
    await using disk = await SmallDisk.create(8192);
    const db = await openDatabase(disk.path);
    try {
      const teller = new TalkingReceiver();
      const { receiverId, key } = teller;
      await insertReceiver(db, {
        receiverId,
        kind: 'loudspeaker',
        publicKey: key.keyId,
        hardwareId: 'board',
        enrolledAt: site.floor.clock.at,
      });
      await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
      const filler = join(disk.path, 'filler');
      const filling = await writeFile(filler, Buffer.alloc(16 * 1024 * 1024)).catch((error: NodeJS.ErrnoException) => error.code);
      expect(filling).toBe('ENOSPC');
      intake = new ReceiptIntake({ ...site.deps, db });
      teller.say(...Array.from({ length: 150 }, () => booted()));
      await take(teller, teller.chain);
      expect(site.sent).toEqual([]);
      await rm(filler);
      expect(await storedSequences(teller, db)).toEqual([]);
      await take(teller, teller.chain);
      expect(acknowledged(teller)).toEqual([150]);
      expect(await storedSequences(teller, db)).toEqual(upTo(150));
    } finally {
      await db.destroy();
    }
  });

  it('means that the receipt outlives kill -9: what was acknowledged is there, what was not is taken when sent again', async () => {
    const tellers = await place(3);
    const airing = await plan();
    const folder = (await site.deps.db.raw('PRAGMA database_list'))[0].file as string;
    const life: ReceiptBody[] = [...playedWhole(airing, SPOKEN_MS), ...Array.from({ length: 55 }, () => booted())];
    for (const teller of tellers) teller.say(...life);
    const heard = new Map(tellers.map(({ receiverId }) => [receiverId, 0]));
    const isDone = () => [...heard.values()].every((last) => last === life.length);
    for (let killAfter = 0; !isDone(); killAfter += 5) {
      expect(killAfter).toBeLessThan(40);
      const child = spawn(process.execPath, ['--import', 'tsx', INTAKE, join(folder, '..')], {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await talk(child, tellers, heard, killAfter);
      for (const teller of tellers) {
        const stored = await storedSequences(teller);
        expect(stored).toEqual(upTo(stored.length));
        expect(stored.length).toBeGreaterThanOrEqual(heard.get(teller.receiverId) ?? 0);
      }
    }
    for (const teller of tellers) expect(await storedSequences(teller)).toEqual(upTo(life.length));
    const deliveries = await listDeliveries(site.deps.db, airing.airingId);
    expect(deliveries.map(({ state, playedMs }) => [state, playedMs])).toEqual(tellers.map(() => ['played', SPOKEN_MS]));
  });
});

/** Sends on what is not acknowledged, in pieces, and kills the process once it has answered `killAfter` times. */
async function talk(child: ChildProcess, tellers: readonly TalkingReceiver[], heard: Map<string, number>, killAfter: number) {
  const gone = once(child, 'exit');
  let answers = 0;
  let isReady = false;
  const send = (teller: TalkingReceiver) => {
    const from = heard.get(teller.receiverId) ?? 0;
    if (from < teller.chain.length) {
      child.stdin?.write(`${JSON.stringify([teller.receiverId, teller.chain.slice(from, from + 8)])}\n`);
    }
  };
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const [receiverId, down] = JSON.parse(line) as [string, { type: string; upTo: number } | undefined];
    const teller = tellers.find((one) => one.receiverId === receiverId);
    isReady ||= !down;
    if (!teller || down?.type !== 'receipts-acknowledged') return;
    heard.set(receiverId, Math.max(heard.get(receiverId) ?? 0, down.upTo));
    answers += 1;
    send(teller);
  });
  child.stdin?.on('error', () => undefined); // it is killed while it is being written to
  try {
    await waitFor('the intake to be ready', () => isReady);
    for (const teller of tellers) send(teller);
    const isDone = () => tellers.every((teller) => heard.get(teller.receiverId) === teller.chain.length);
    await waitFor('answers', () => answers >= killAfter || isDone());
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}
