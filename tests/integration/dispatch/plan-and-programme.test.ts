import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignedProgramme } from '#contract/order.ts';
import { findFault } from '#signing/documents.ts';
import { buildProgramme, renewProgrammes } from '../../../server/dispatch/build-programme.ts';
import { closeAiring, findUnclosedAirings } from '../../../server/dispatch/close-airing.ts';
import { listDeliveries } from '../../../server/dispatch/delivery-store.ts';
import { dispatchOwed, sendEmergency, sendOwedEmergencies } from '../../../server/dispatch/dispatch-worker.ts';
import { dispatchRoutes } from '../../../server/dispatch/dispatch-routes.ts';
import { planDeliveries } from '../../../server/dispatch/plan-deliveries.ts';
import { ReceiptIntake } from '../../../server/dispatch/receipt-intake.ts';
import { instantOf } from '../../../server/lib/clock.ts';
import type { AudioLibrary } from '../../../server/media/audio-library.ts';
import { saveReordered, type StoredAiring, unplanOpen } from '../../../server/scheduling/airing-store.ts';
import { nextOrderNumber } from '../../../server/scheduling/order-number-store.ts';
import { HttpBench } from '../../support/http-bench.ts';
import { playedWhole, ready, refused, type TalkingReceiver } from '../../support/talking-receiver.ts';
import { DispatchSite, SPOKEN_MS } from './dispatch-site.ts';

const HOUR_MS = 3_600_000;
let site: DispatchSite;
let communeId: string;
let hamletId: string;
let otherId: string;
let clusters: { inCommune: string; inHamlet: string; elsewhere: string };
let near: TalkingReceiver;
let far: TalkingReceiver;
let foreign: TalkingReceiver;

beforeEach(async () => {
  site = await DispatchSite.open();
  const { floor } = site;
  communeId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Hải');
  hamletId = await floor.addArea(communeId, 'hamlet', 'Thôn An Lương');
  otherId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Nghĩa');
  clusters = {
    inCommune: await floor.addCluster(communeId, 'Chợ'),
    inHamlet: await floor.addCluster(hamletId, 'Đình'),
    elsewhere: await floor.addCluster(otherId, 'Bến'),
  };
  near = await site.addReceiver(clusters.inCommune);
  far = await site.addReceiver(clusters.inHamlet);
  foreign = await site.addReceiver(clusters.elsewhere);
});
afterEach(() => site[Symbol.asyncDispose]());

const area = (id: string) => ({ kind: 'area' as const, id });
const cluster = (id: string) => ({ kind: 'cluster' as const, id });
const programmeOf = async (receiverId: string, etag?: string) => {
  const built = await buildProgramme(site.deps, receiverId, etag);
  const signed = built.programme && SignedProgramme.parse(JSON.parse(JSON.stringify(built.programme)));
  return { etag: built.etag, signed, orderIds: signed?.payload.orders.map((order) => order.orderId) };
};
const statesOf = async (airing: StoredAiring) => {
  const deliveries = await listDeliveries(site.deps.db, airing.airingId);
  return Object.fromEntries(deliveries.map((delivery) => [delivery.receiverId, delivery.state]));
};
const change = async (airing: StoredAiring, changes: Partial<StoredAiring>) => {
  const changed = { ...airing, orderId: randomUUID(), ...(await nextOrderNumber(site.deps.db)), ...changes };
  await saveReordered(site.deps.db, changed, site.floor.clock.at);
  await planDeliveries(site.deps, airing.airingId);
  return changed;
};
const replan = async () => {
  await unplanOpen(site.deps.db, site.floor.clock.at);
  const [question] = dispatchOwed(site.deps);
  for (const payload of (await question?.findOwed(site.floor.clock.now(), 100)) ?? []) {
    await planDeliveries(site.deps, (payload as { airingId: string }).airingId);
  }
};
const tell = async (teller: TalkingReceiver, ...bodies: Parameters<TalkingReceiver['say']>) => {
  const intake = new ReceiptIntake(site.deps);
  intake.submit(teller.receiverId, teller.say(...bodies));
  await intake.settle();
};

describe('planning', () => {
  it('reaches every receiver in and below an area, each once, and tells them to look', async () => {
    const airing = await site.addAiring([area(communeId), area(hamletId), cluster(clusters.inCommune)]);
    const affected = await planDeliveries(site.deps, airing.airingId);
    expect(affected.toSorted()).toEqual([near.receiverId, far.receiverId].toSorted());
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'planned', [far.receiverId]: 'planned' });
    expect(site.sentTo(near.receiverId, 'look-now')).toHaveLength(1);
    expect(site.sentTo(foreign.receiverId, 'look-now')).toHaveLength(0);
    expect(await planDeliveries(site.deps, airing.airingId)).toEqual([]);
  });

  it('takes in who is installed later, withdraws who is taken away, and takes back who returns', async () => {
    const airing = await site.addAiring([area(communeId)]);
    await planDeliveries(site.deps, airing.airingId);
    await site.takeAway(far.receiverId);
    const successor = await site.addReceiver(clusters.inHamlet);
    await replan();
    expect(await statesOf(airing)).toEqual({
      [near.receiverId]: 'planned',
      [far.receiverId]: 'cancelled',
      [successor.receiverId]: 'planned',
    });
    await site.takeAway(successor.receiverId);
    await site.install(far.receiverId, clusters.inHamlet);
    await replan();
    expect(await statesOf(airing)).toMatchObject({ [far.receiverId]: 'planned', [successor.receiverId]: 'cancelled' });
    expect((await programmeOf(far.receiverId)).orderIds).toEqual([airing.orderId]);
  });

  it('asks nothing of who comes when nothing may begin any more', async () => {
    const airing = await site.addAiring([area(communeId)]);
    await planDeliveries(site.deps, airing.airingId);
    site.floor.clock.advance(HOUR_MS + 600_001);
    await site.addReceiver(await site.floor.addCluster(communeId, 'Trường học'));
    await planDeliveries(site.deps, airing.airingId);
    expect(Object.keys(await statesOf(airing))).toHaveLength(2);
  });

  it('gives a moved airing a new order everywhere, and does not do it twice', async () => {
    const airing = await site.addAiring([area(communeId)]);
    await planDeliveries(site.deps, airing.airingId);
    await tell(near, ready({ orderId: airing.orderId, airingId: airing.airingId }));
    const moved = await change(airing, { startsAt: instantOf(Date.parse(airing.startsAt) + HOUR_MS) });
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'planned', [far.receiverId]: 'planned' });
    expect((await programmeOf(near.receiverId)).orderIds).toEqual([moved.orderId]);
    expect(await planDeliveries(site.deps, airing.airingId)).toEqual([]);
  });

  it('keeps the sound of an old order on record when a receiver never heard of the move', async () => {
    const airing = await site.addAiring([area(communeId)]);
    await planDeliveries(site.deps, airing.airingId);
    const moved = await change(airing, { startsAt: instantOf(Date.parse(airing.startsAt) + HOUR_MS) });
    await tell(far, ...playedWhole({ orderId: airing.orderId, airingId: airing.airingId }, SPOKEN_MS));
    const [delivery] = (await listDeliveries(site.deps.db, airing.airingId)).filter((one) => one.receiverId === far.receiverId);
    expect(delivery).toMatchObject({
      state: 'planned',
      orderId: moved.orderId,
      playedMs: 0,
      reason: 'sounded-under-earlier-order',
    });
    expect(delivery?.soundings).toMatchObject([{ orderId: airing.orderId, state: 'rendered' }]);
  });

  it('withdraws a cancelled airing, and says so when it sounded all the same', async () => {
    const airing = await site.addAiring([area(communeId)]);
    await planDeliveries(site.deps, airing.airingId);
    const before = await programmeOf(far.receiverId);
    await change(airing, { state: 'cancelled' });
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'cancelled', [far.receiverId]: 'cancelled' });
    const now = await programmeOf(far.receiverId, before.etag);
    expect(now.orderIds).toEqual([]);
    await tell(far, ...playedWhole({ orderId: airing.orderId, airingId: airing.airingId }, SPOKEN_MS));
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'cancelled', [far.receiverId]: 'played' });
  });

  it('bars a quarantined receiver from all but emergencies, also after a move', async () => {
    await site.quarantine(near.receiverId);
    const airing = await site.addAiring([cluster(clusters.inCommune)]);
    const emergency = await site.addAiring([cluster(clusters.inCommune)], { class: 'emergency' });
    for (const one of [airing, emergency]) await planDeliveries(site.deps, one.airingId);
    await change(airing, { startsAt: instantOf(Date.parse(airing.startsAt) + HOUR_MS) });
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'refused' });
    expect(await statesOf(emergency)).toEqual({ [near.receiverId]: 'planned' });
    const { signed } = await programmeOf(near.receiverId);
    expect(signed?.payload.orders).toEqual([]);
    expect(signed?.payload.emergencies.map((order) => order.payload.orderId)).toEqual([emergency.orderId]);
  });
});

describe('a programme', () => {
  it('is signed, for this receiver alone, with its ancestry and media, and answered 304 while it is right', async () => {
    const airing = await site.addAiring([area(communeId)]);
    const elsewhere = await site.addAiring([area(otherId)]);
    for (const one of [airing, elsewhere]) await planDeliveries(site.deps, one.airingId);
    const { etag, signed } = await programmeOf(far.receiverId);
    const keySet = site.deps.keyRing.keySet.payload;
    expect(findFault(signed as SignedProgramme, 'programme', keySet, site.floor.clock.now())).toBeUndefined();
    expect(signed?.payload).toMatchObject({
      receiverId: far.receiverId,
      areaIds: [hamletId, communeId, site.floor.rootAreaId],
      orders: [{ orderId: airing.orderId }],
      media: [airing.items[0]?.media],
    });
    expect((await programmeOf(far.receiverId, etag)).signed).toBeUndefined();
    await planDeliveries(site.deps, (await site.addAiring([area(communeId)])).airingId);
    expect((await programmeOf(far.receiverId, etag)).signed?.payload.orders).toHaveLength(2);
  });

  it('is renewed over HTTP with the same tag held: an emergency in it is signed afresh each time', async () => {
    const emergency = await site.addAiring([area(communeId)], { class: 'emergency' });
    await planDeliveries(site.deps, emergency.airingId);
    const library = undefined as unknown as AudioLibrary; // no media are asked for
    const all = dispatchRoutes({ ...site.deps, library });
    const routes = all.filter((one) => one.name === 'readProgramme');
    await using bench = await HttpBench.open(routes, { findReceiver: async () => near.receiverId });
    const authorization = `Bearer ${'t'.repeat(40)}`;
    const fetch = (etag?: string) =>
      bench.request('GET', '/api/agent/programme', { headers: { authorization, ...(etag ? { 'if-none-match': etag } : {}) } });
    const first = await fetch();
    site.floor.clock.advance(300_000);
    const second = await fetch(first.headers.get('etag') ?? '');
    expect([first.status, second.status]).toEqual([200, 200]);
    const startBefore = (reply: { body: unknown }) =>
      SignedProgramme.parse(reply.body).payload.emergencies.map((order) => Date.parse(order.payload.startBefore));
    expect((startBefore(second)[0] ?? 0) - (startBefore(first)[0] ?? 0)).toBe(300_000);
    site.floor.clock.advance(2 * HOUR_MS);
    const third = await fetch(second.headers.get('etag') ?? '');
    expect(SignedProgramme.parse(third.body).payload.emergencies).toEqual([]);
    expect((await fetch(third.headers.get('etag') ?? '')).status).toBe(304);
  });

  it('keeps an emergency that was refused when it came late by push, until it was played', async () => {
    const emergency = await site.addAiring([area(communeId)], { class: 'emergency' });
    const told = { orderId: emergency.orderId, airingId: emergency.airingId };
    await planDeliveries(site.deps, emergency.airingId);
    await tell(near, refused(told, 'order-stale'));
    expect((await programmeOf(near.receiverId)).signed?.payload.emergencies).toHaveLength(1);
    await tell(near, ...playedWhole(told, SPOKEN_MS));
    expect((await programmeOf(near.receiverId)).signed?.payload.emergencies).toHaveLength(0);
    expect((await programmeOf(far.receiverId)).signed?.payload.emergencies).toHaveLength(1);
  });

  it('is renewed in time for those that hold the newest, however many dead boards there are', async () => {
    for (const one of [near, far]) await programmeOf(one.receiverId);
    const { db } = site.deps;
    await db('receivers')
      .where('receiver_id', near.receiverId)
      .update({ programme_revision_held: db.ref('programme_revision') });
    site.floor.clock.advance(5 * 24 * HOUR_MS);
    expect(await renewProgrammes(site.deps)).toBe(1);
    expect(await renewProgrammes(site.deps)).toBe(0);
    expect(site.sentTo(near.receiverId, 'look-now')).toHaveLength(1);
    const before = await programmeOf(far.receiverId);
    expect((await programmeOf(far.receiverId, before.etag)).signed).toBeUndefined();
  });
});

describe('an emergency', () => {
  it('goes to areas under their own scope and to receivers at named clusters, planned before it is sent', async () => {
    const airing = await site.addAiring([area(communeId), cluster(clusters.elsewhere)], { class: 'emergency' });
    await sendEmergency(site.deps, airing);
    const keySet = site.deps.keyRing.keySet.payload;
    const sent = site.sent.flatMap(({ to, down }) => (down.type === 'emergency' ? [{ to, order: down.order }] : []));
    expect(sent.map(({ to, order }) => [to, order.payload.scope])).toEqual([
      [communeId, { kind: 'area', id: communeId }],
      [foreign.receiverId, { kind: 'receiver', id: foreign.receiverId }],
    ]);
    for (const { order } of sent) expect(findFault(order, 'emergency', keySet, site.floor.clock.now())).toBeUndefined();
    expect(site.sent.findIndex(({ down }) => down.type === 'look-now')).toBeGreaterThan(1);
    expect(Object.keys(await statesOf(airing))).toHaveLength(3);
  });

  it('is committed, planned and owed when nothing can be sent, and sent by the sweep', async () => {
    const airing = await site.addAiring([area(communeId)], { class: 'emergency' });
    site.linkError = new Error('no link');
    await sendEmergency(site.deps, airing);
    await sendOwedEmergencies(site.deps);
    expect(Object.keys(await statesOf(airing))).toHaveLength(2);
    site.linkError = undefined;
    await sendOwedEmergencies(site.deps);
    await sendOwedEmergencies(site.deps);
    expect(site.sentTo(communeId, 'emergency')).toHaveLength(1);
  });

  it('that was only committed when the process died is planned and sent by the sweep, without any queue', async () => {
    const airing = await site.addAiring([area(communeId)], { class: 'emergency' });
    const [plans] = dispatchOwed(site.deps);
    expect(await plans?.findOwed(site.floor.clock.now(), 10)).toEqual([]);
    await sendOwedEmergencies(site.deps);
    expect(site.sentTo(communeId, 'emergency')).toHaveLength(1);
    expect(Object.keys(await statesOf(airing))).toHaveLength(2);
  });

  it('that was cancelled is not sent, and leaves every programme', async () => {
    const airing = await site.addAiring([area(communeId)], { class: 'emergency' });
    await sendEmergency(site.deps, airing);
    await tell(near, refused({ orderId: airing.orderId, airingId: airing.airingId }));
    const before = await programmeOf(near.receiverId);
    await change(airing, { state: 'cancelled' });
    await sendEmergency(site.deps, airing);
    expect(site.sentTo(communeId, 'emergency')).toHaveLength(1);
    const now = await programmeOf(near.receiverId, before.etag);
    expect(now.signed?.payload.emergencies).toEqual([]);
    expect(now.signed?.payload.revision).toBeGreaterThan(before.signed?.payload.revision ?? Infinity);
  });
});

describe('closing', () => {
  it('waits until nothing may sound any more; what then has not reported is unknown, and corrected when it does', async () => {
    const airing = await site.addAiring([area(communeId)]);
    const told = { orderId: airing.orderId, airingId: airing.airingId };
    expect(await findUnclosedAirings(site.deps, site.floor.clock.now() + 24 * HOUR_MS, 10)).toEqual([]); // never planned
    await planDeliveries(site.deps, airing.airingId);
    await tell(near, ...playedWhole(told, SPOKEN_MS));
    site.floor.clock.advance(HOUR_MS + SPOKEN_MS + 300_001);
    await closeAiring(site.deps, airing.airingId);
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'played', [far.receiverId]: 'planned' });
    expect((await programmeOf(far.receiverId)).orderIds).toEqual([airing.orderId]);
    site.floor.clock.advance(HOUR_MS / 2);
    expect(await findUnclosedAirings(site.deps, site.floor.clock.now(), 10)).toEqual([airing.airingId]);
    await closeAiring(site.deps, airing.airingId);
    expect(await statesOf(airing)).toEqual({ [near.receiverId]: 'played', [far.receiverId]: 'unknown' });
    await tell(far, ...playedWhole(told, SPOKEN_MS).slice(0, 3));
    expect(await statesOf(airing)).toMatchObject({ [far.receiverId]: 'unknown' });
    await tell(far, ...playedWhole(told, SPOKEN_MS).slice(3));
    const [late] = (await listDeliveries(site.deps.db, airing.airingId)).filter((one) => one.receiverId === far.receiverId);
    expect(late).toMatchObject({ state: 'played', isLate: true, evidence: 'rendered', playedMs: SPOKEN_MS });
    expect(await planDeliveries(site.deps, airing.airingId)).toEqual([]);
  });
});
