import type { DeliveryOutcome, Receipt, ReceiptBody } from '#contract/receipt.ts';

/**
 * What this receiver has already said about each order, folded from its own receipts: the one memory of what was refused, begun
 * and ended, so that nothing is started or reported twice. Saved now and then with the sequence up to which it was folded.
 */
export interface Histories {
  sequence: number;
  orders: Record<string, OrderHistory>;
}

export interface OrderHistory {
  orderId: string;
  airingId: string | null;
  refusedCodes: string[];
  isReady: boolean;
  isArmed: boolean;
  /** By `repeat:item`. */
  soundings: Record<string, SoundingHistory>;
  /** Interrupted and not resumed yet. */
  isSuspended: boolean;
  outcome: DeliveryOutcome | null;
  lastRecordedAt: string;
}

export interface SoundingHistory {
  /** Whether its end was reported; one that began and did not end was cut off by a crash. */
  isEnded: boolean;
  outcome: 'rendered' | 'partial' | 'failed' | null;
  playedMs: number;
}

export const noHistories: Histories = { sequence: 0, orders: {} };

export function newHistory(orderId: string, airingId: string | null, atInstant: string): OrderHistory {
  return {
    orderId,
    airingId,
    refusedCodes: [],
    isReady: false,
    isArmed: false,
    soundings: {},
    isSuspended: false,
    outcome: null,
    lastRecordedAt: atInstant,
  };
}

export function soundingKey(place: { repeat: number; item: number }): string {
  return `${place.repeat}:${place.item}`;
}

/** Applies receipts in order; those folded before are skipped. Changes `histories`. */
export function foldReceipts(histories: Histories, receipts: readonly Pick<Receipt, 'head' | 'body'>[]): void {
  for (const { head, body } of receipts) {
    if (head.sequence <= histories.sequence) continue;
    histories.sequence = head.sequence;
    foldBody(histories, body);
  }
}

export function foldBody(histories: Histories, body: ReceiptBody): void {
  if (!('orderId' in body) || body.orderId === null) return;
  const history = (histories.orders[body.orderId] ??= newHistory(body.orderId, body.airingId, body.recordedAt));
  history.lastRecordedAt = body.recordedAt;
  switch (body.kind) {
    case 'order-refused':
      if (!history.refusedCodes.includes(body.code)) history.refusedCodes.push(body.code);
      break;
    case 'order-ready':
      history.isReady = true;
      break;
    case 'order-armed':
      history.isArmed = true;
      break;
    case 'sounding-started':
      history.soundings[soundingKey(body)] ??= { isEnded: false, outcome: null, playedMs: 0 };
      break;
    case 'sounding-ended':
      history.soundings[soundingKey(body)] = { isEnded: true, outcome: body.outcome, playedMs: body.playedMs };
      break;
    case 'delivery-interrupted':
      history.isSuspended = true;
      break;
    case 'delivery-resumed':
      history.isSuspended = false;
      break;
    case 'delivery-ended':
      history.outcome = body.outcome;
      history.isSuspended = false;
      break;
  }
}

/** Forgets the longest silent ones beyond `max`, never those still in `needed`. Changes `histories`. */
export function forgetOldHistories(histories: Histories, needed: ReadonlySet<string>, beforeInstant: string, max: number): void {
  const dispensable = Object.values(histories.orders)
    .filter((history) => !needed.has(history.orderId))
    .sort((one, other) => (one.lastRecordedAt < other.lastRecordedAt ? -1 : 1));
  let excess = Object.keys(histories.orders).length - max;
  for (const history of dispensable) {
    if (excess <= 0 && history.lastRecordedAt >= beforeInstant) break;
    delete histories.orders[history.orderId];
    excess--;
  }
}
