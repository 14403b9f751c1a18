import { randomUUID } from 'node:crypto';
import { GENESIS_HASH, type Receipt, type ReceiptBody } from '#contract/receipt.ts';
import { generateSigningKey, type SigningKey } from '#signing/keys.ts';
import { hashOfReceipt, makeReceipt } from '#signing/receipt-chain.ts';

const common = { v: 1, bootId: 'boot-1', clockTrust: 'synchronised', recordedAt: '2026-11-22T06:00:00.000Z' } as const;
export interface Told {
  orderId: string;
  airingId: string;
}

/** A whole airing may be given; a receipt names only these two. */
const idsOf = ({ orderId, airingId }: Told): Told => ({ orderId, airingId });

/** A receiver's side of the record: a key and a chain, without the agent around it. */
export class TalkingReceiver {
  readonly receiverId: string;
  readonly key: SigningKey;
  readonly chain: Receipt[] = [];

  constructor(receiverId: string = randomUUID(), key: SigningKey = generateSigningKey()) {
    this.receiverId = receiverId;
    this.key = key;
  }

  say(...bodies: ReceiptBody[]): Receipt[] {
    return bodies.map((body) => {
      const last = this.chain.at(-1);
      const place = {
        receiverId: this.receiverId,
        sequence: this.chain.length + 1,
        previousHash: last ? hashOfReceipt(last) : GENESIS_HASH,
      };
      const receipt = makeReceipt(this.key, place, body);
      this.chain.push(receipt);
      return receipt;
    });
  }

  /** The same receiver with the same past and another future: a cloned card. */
  clone(): TalkingReceiver {
    const clone = new TalkingReceiver(this.receiverId, this.key);
    clone.chain.push(...this.chain);
    return clone;
  }
}

export const booted = (bootId = 'boot-1'): ReceiptBody => ({
  ...common,
  bootId,
  kind: 'booted',
  agentVersion: '1',
  previousEnd: 'clean',
});
export const ready = (told: Told): ReceiptBody => ({ ...common, ...idsOf(told), kind: 'order-ready' });
export const armed = (told: Told): ReceiptBody => ({ ...common, ...idsOf(told), kind: 'order-armed' });
export const refused = (told: Told, code: 'order-stale' | 'order-replayed' | 'clock-untrusted' = 'order-stale'): ReceiptBody => ({
  ...common,
  ...idsOf(told),
  kind: 'order-refused',
  code,
});
export const started = (told: Told, repeat = 0, item = 0): ReceiptBody => ({
  ...common,
  ...idsOf(told),
  kind: 'sounding-started',
  repeat,
  item,
  startedAt: '2026-11-22T06:00:00.000Z',
  positionMs: 0,
});
/** `spans`: what is claimed to have been heard of it; as one span from 0 unless given. */
export const ended = (
  told: Told,
  sounding: { repeat?: number; item?: number; playedMs: number; expectedMs: number; spans?: [number, number][] },
): ReceiptBody => {
  const { repeat = 0, item = 0, playedMs, expectedMs, spans = [[0, playedMs]] } = sounding;
  const outcome = playedMs >= expectedMs ? 'rendered' : 'partial';
  return {
    ...common,
    ...idsOf(told),
    kind: 'sounding-ended',
    repeat,
    item,
    outcome,
    spans: spans.map(([fromMs, toMs]) => ({ startedAt: '2026-11-22T06:00:00.000Z', fromMs, toMs })),
    playedMs,
    expectedMs,
    stalledMs: 0,
    outputLevelDbfs: -20,
    volumePercent: 100,
    isMuted: false,
    code: null,
  };
};
export const over = (
  told: Told,
  outcome: Extract<ReceiptBody, { kind: 'delivery-ended' }>['outcome'] = 'played',
  playedMs = 0,
  expectedMs = 0,
): ReceiptBody => ({
  ...common,
  ...idsOf(told),
  kind: 'delivery-ended',
  outcome,
  playedMs,
  expectedMs,
  chimePlayedMs: 0,
  endTonePlayedMs: 0,
  code: null,
});
/** An order carried out as it should be: one item of this length, once. */
export const playedWhole = (told: Told, expectedMs: number): ReceiptBody[] => [
  ready(told),
  armed(told),
  started(told),
  ended(told, { playedMs: expectedMs, expectedMs }),
  over(told, 'played', expectedMs, expectedMs),
];
