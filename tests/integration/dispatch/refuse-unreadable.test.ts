import { afterEach, beforeEach, expect, it } from 'vitest';
import { refuseUnreadable } from '../../../server/dispatch/refuse-unreadable.ts';
import { ReceiptIntake } from '../../../server/dispatch/receipt-intake.ts';
import { booted, TalkingReceiver } from '../../support/talking-receiver.ts';
import { DispatchSite } from './dispatch-site.ts';

let site: DispatchSite;
let teller: TalkingReceiver;
beforeEach(async () => {
  site = await DispatchSite.open();
  const communeId = await site.floor.addArea(site.floor.rootAreaId, 'commune', 'Xã Duy Hải');
  teller = await site.addReceiver(await site.floor.addCluster(communeId, 'Cụm 1'));
});
afterEach(() => site[Symbol.asyncDispose]());

it('what stands among receipts and is none is kept for a person, answered, and keeps no right one from being stored', async () => {
  const intake = new ReceiptIntake(site.deps);
  intake.submit(teller.receiverId, teller.say(booted(), booted()));
  await intake.settle();
  const answer = (sequence: number) => ({
    type: 'receipts-refused',
    v: 1,
    fromSequence: sequence,
    code: 'receipt-invalid',
    upTo: 2,
  });
  expect(await refuseUnreadable(site.deps, teller.receiverId, { head: { sequence: 7 }, body: 'rác' })).toEqual(answer(7));
  expect(await refuseUnreadable(site.deps, teller.receiverId, 'rác')).toEqual(answer(3));
  expect(await site.deps.db('refused_receipts').orderBy('sequence').select('sequence', 'code')).toEqual([
    { sequence: null, code: 'receipt-invalid' },
    { sequence: 7, code: 'receipt-invalid' },
  ]);
  intake.submit(teller.receiverId, teller.say(booted()));
  await intake.settle();
  expect(site.sentTo(teller.receiverId, 'receipts-acknowledged').at(-1)).toMatchObject({ upTo: 3 });
});

it('a stranger is told nothing, and nothing of it is kept', async () => {
  expect(await refuseUnreadable(site.deps, new TalkingReceiver().receiverId, {})).toBeUndefined();
  expect(await site.deps.db('refused_receipts')).toEqual([]);
});
