import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { findProgrammeFault } from '../../../../edge-agent/programme/accept-programme-rules.ts';
import { makeProgramme, nightPolicy } from '../../../support/signed-fixtures.ts';

const NOW_MS = Date.parse('2026-11-22T05:00:00.000Z');
const receiverId = randomUUID();
const programme = makeProgramme(receiverId, NOW_MS, { epoch: 2, revision: 5 });
const base = {
  programme,
  signatureFault: undefined,
  receiverId,
  held: undefined,
  nowMs: NOW_MS,
  clockTrust: 'synchronised',
} as const;
const EXPIRED_MS = NOW_MS + 15 * 86_400_000;

test.each([
  ['a first programme', {}, undefined],
  ['one whose key is unknown', { signatureFault: 'key-unknown' }, 'key-unknown'],
  ['one for another receiver', { receiverId: randomUUID() }, 'order-for-another'],
  ['a lower revision', { held: { epoch: 2, revision: 6 } }, 'programme-older'],
  ['an earlier epoch', { held: { epoch: 3, revision: 1 } }, 'programme-older'],
  ['the same revision built anew', { held: { epoch: 2, revision: 5 } }, undefined],
  ['a new epoch after a restored backup', { held: { epoch: 1, revision: 900 } }, undefined],
  ['an expired one', { nowMs: EXPIRED_MS }, 'order-expired'],
  ['one that only seems expired by an untrusted clock', { nowMs: EXPIRED_MS, clockTrust: 'untrusted' }, undefined],
  [
    'one with an unknown time zone',
    { programme: { ...programme, policy: { ...nightPolicy, timeZone: 'Nowhere' } } },
    'order-invalid',
  ],
] as const)('%s', (_what, changes, fault) => {
  expect(findProgrammeFault({ ...base, ...changes })).toBe(fault);
});
