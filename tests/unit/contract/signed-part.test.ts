import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignedKeySet } from '#contract/key-set.ts';
import { SignedOrder } from '#contract/order.ts';
import { Receipt } from '#contract/receipt.ts';
import { isSignatureRight, signDocument } from '#signing/documents.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { findReceiptFault } from '#signing/receipt-chain.ts';
import { booted, TalkingReceiver } from '../../support/talking-receiver.ts';

const key = generateSigningKey();
const at = '2026-11-22T05:00:00.000Z';
const onWire = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe('what is signed by a newer version', () => {
  it('keeps its signature when an older one parses it: orders, with all that is in them', () => {
    const media = { sha256: 'a'.repeat(64), bytes: 1, durationMs: 1, codec: 'opus', channels: 1 };
    const order = {
      type: 'order',
      v: 1,
      orderId: randomUUID(),
      airingId: randomUUID(),
      epoch: 1,
      counter: 1,
      scope: { kind: 'area', id: randomUUID(), level: 'commune' },
      class: 'emergency',
      purpose: 'real',
      issuedAt: at,
      startsAt: at,
      startBefore: at,
      validUntil: at,
      repeats: 1,
      gapMs: 0,
      chime: media,
      endTone: null,
      items: [{ bulletinId: randomUUID(), revision: 1, title: 'Lũ', media, riskLevel: 4 }],
      issuer: { areaId: randomUUID(), areaName: 'Tỉnh', rank: 0, seal: 'x' },
      supersedes: [],
      reason: 'emergency',
      riskLevel: 4,
    };
    expect(isSignatureRight(SignedOrder.parse(onWire(signDocument(key, order))))).toBe(true);
  });

  it('keeps its signature when an older one parses it: key sets and receipts', () => {
    const keys = [{ keyId: key.keyId, purpose: 'record', validFrom: at, validUntil: at, note: 'new' }];
    const keySet = { type: 'key-set', v: 1, version: 1, issuedAt: at, keys, previous: 0 };
    expect(isSignatureRight(SignedKeySet.parse(onWire(signDocument(key, keySet))))).toBe(true);
    const teller = new TalkingReceiver();
    const [receipt] = teller.say({ ...booted(), batteryMv: 12_600 } as never);
    expect(findReceiptFault(Receipt.parse(onWire(receipt)), teller.key.keyId)).toBeUndefined();
  });
});
