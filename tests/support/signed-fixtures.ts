import { randomUUID } from 'node:crypto';
import type { KeySet, SignedKeySet } from '#contract/key-set.ts';
import type { Order, Policy, Programme, SignedOrder, SignedProgramme } from '#contract/order.ts';
import type { MediaReference } from '#contract/primitives.ts';
import type { KeyPurpose } from '#contract/signed-document.ts';
import { sha256Hex } from '#signing/canonical-json.ts';
import { signDocument } from '#signing/documents.ts';
import { generateSigningKey } from '#signing/keys.ts';
import type { SigningKey } from '#signing/keys.ts';

export const instant = (epochMs: number) => new Date(epochMs).toISOString();

/** A root key with the working keys that it vouches for: what a server would sign with. */
export class Signers {
  readonly root = generateSigningKey();
  programme = generateSigningKey();
  emergency = generateSigningKey();
  readonly record = generateSigningKey();
  readonly #aroundMs: number;
  readonly #retired: { key: SigningKey; purpose: KeyPurpose }[] = [];

  constructor(aroundMs = Date.now()) {
    this.#aroundMs = aroundMs;
  }

  keySet(version = 1): SignedKeySet {
    const year = 365 * 86_400_000;
    const entry = (key: SigningKey, purpose: KeyPurpose) => ({
      keyId: key.keyId,
      purpose,
      validFrom: instant(this.#aroundMs - year),
      validUntil: instant(this.#aroundMs + year),
    });
    const payload: KeySet = {
      type: 'key-set',
      v: 1,
      version,
      issuedAt: instant(this.#aroundMs - 60_000),
      keys: [
        entry(this.programme, 'programme'),
        entry(this.emergency, 'emergency'),
        entry(this.record, 'record'),
        ...this.#retired.map(({ key, purpose }) => entry(key, purpose)),
      ],
    };
    return signDocument(this.root, payload) as SignedKeySet;
  }

  /** Signs with a new key from now on; the old one stays in the set until its end. */
  renew(purpose: 'programme' | 'emergency'): void {
    this.#retired.push({ key: this[purpose], purpose });
    this[purpose] = generateSigningKey();
  }

  programmeOf(programme: Programme): SignedProgramme {
    return signDocument(this.programme, programme) as SignedProgramme;
  }

  emergencyOf(order: Order): SignedOrder {
    return signDocument(this.emergency, order) as SignedOrder;
  }
}

export function mediaOfBytes(bytes: Uint8Array, durationMs: number, codec: 'opus' | 'mp3' = 'opus'): MediaReference {
  return { sha256: sha256Hex(bytes), bytes: bytes.byteLength, durationMs, codec };
}

/** A made-up reference for rules that never touch the file. */
export function anyMedia(name: string, durationMs = 10_000): MediaReference {
  return mediaOfBytes(Buffer.from(name), durationMs);
}

let counter = 0;

/** An order of one ten-second item, at the given instant, valid for a while after its end. */
export function makeOrder(startsAtMs: number, changes: Partial<Order> = {}): Order {
  return {
    type: 'order',
    v: 1,
    orderId: randomUUID(),
    airingId: randomUUID(),
    epoch: 1,
    counter: ++counter,
    scope: { kind: 'receiver', id: randomUUID() },
    class: 'normal',
    purpose: 'real',
    issuedAt: instant(startsAtMs - 60_000),
    startsAt: instant(startsAtMs),
    startBefore: instant(startsAtMs + 600_000),
    validUntil: instant(startsAtMs + 3_600_000),
    repeats: 1,
    gapMs: 2_000,
    chime: null,
    endTone: null,
    items: [{ bulletinId: randomUUID(), revision: 1, title: 'Thông báo', media: anyMedia('bulletin') }],
    issuer: { areaId: randomUUID(), areaName: 'Xã Điện Nam Đông', rank: 3 },
    supersedes: [],
    reason: 'airing',
    ...changes,
  };
}

export const nightPolicy: Policy = {
  timeZone: 'Asia/Ho_Chi_Minh',
  quietHours: [{ from: '21:30', until: '04:45' }],
  volumePercentMax: 80,
};
export const openPolicy: Policy = { ...nightPolicy, quietHours: [] };

export function makeProgramme(receiverId: string, nowMs: number, changes: Partial<Programme> = {}): Programme {
  return {
    type: 'programme',
    v: 1,
    receiverId,
    clusterId: randomUUID(),
    epoch: 1,
    revision: 1,
    issuedAt: instant(nowMs),
    validUntil: instant(nowMs + 14 * 86_400_000),
    areaIds: [randomUUID()],
    policy: openPolicy,
    orders: [],
    emergencies: [],
    media: [],
    ...changes,
  };
}
