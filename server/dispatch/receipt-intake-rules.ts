import type { ProblemCode } from '#contract/problem.ts';
import type { Receipt } from '#contract/receipt.ts';

/** A receipt whose signature has been found right, with its hash. */
export interface CheckedReceipt {
  receipt: Receipt;
  hash: string;
}
export interface IntakeState {
  lastSequence: number;
  headHash: string;
  /** Ahead of a gap, kept from earlier. */
  held: readonly CheckedReceipt[];
  /** Hashes of stored receipts that arriving ones might repeat, by sequence. */
  storedHashes: ReadonlyMap<number, string>;
  heldMax: number;
}
export interface Intake {
  /** In sequence, to be stored and applied now. */
  apply: CheckedReceipt[];
  /** To be held; replaces what was held. */
  hold: CheckedReceipt[];
  refused: { receipt: Receipt; code: ProblemCode }[];
}

/**
 * Sorts out what arrived: whatever is lost, repeated or reordered on the way, each receipt is applied once and in sequence.
 *
 * Invariants: `apply` continues the chain without a gap; nothing is both applied and held; a repeat of what is stored is
 * dropped in silence, but the same sequence with another hash is a fork.
 */
export function decideIntake(state: IntakeState, arrived: readonly CheckedReceipt[]): Intake {
  const intake: Intake = { apply: [], hold: [], refused: [] };
  const waiting = new Map(state.held.map((held) => [held.receipt.head.sequence, held]));
  for (const next of arrived) {
    const code = findFault(state, waiting, next);
    if (code === 'repeat') continue;
    if (code) intake.refused.push({ receipt: next.receipt, code });
    else waiting.set(next.receipt.head.sequence, next);
  }
  let { lastSequence, headHash } = state;
  for (let next = waiting.get(lastSequence + 1); next; next = waiting.get(lastSequence + 1)) {
    waiting.delete(lastSequence + 1);
    if (next.receipt.head.previousHash !== headHash) {
      intake.refused.push({ receipt: next.receipt, code: 'receipt-chain-broken' });
      break;
    }
    intake.apply.push(next);
    lastSequence += 1;
    headHash = next.hash;
  }
  // Judged last: a long piece that continues the chain is not far ahead of anything.
  for (const next of [...waiting.values()].sort((a, b) => a.receipt.head.sequence - b.receipt.head.sequence)) {
    const isTooFar = next.receipt.head.sequence > lastSequence + state.heldMax;
    if (isTooFar) intake.refused.push({ receipt: next.receipt, code: 'receipt-too-far-ahead' });
    else intake.hold.push(next);
  }
  return intake;
}

function findFault(
  state: IntakeState,
  waiting: ReadonlyMap<number, CheckedReceipt>,
  next: CheckedReceipt,
): ProblemCode | 'repeat' | undefined {
  const { sequence } = next.receipt.head;
  const known = sequence <= state.lastSequence ? state.storedHashes.get(sequence) : waiting.get(sequence)?.hash;
  if (known !== undefined) return known === next.hash ? 'repeat' : 'receipt-forked';
  return sequence <= state.lastSequence ? 'receipt-forked' : undefined;
}
