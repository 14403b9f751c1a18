import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH, type Receipt } from '#contract/receipt.ts';
import { hashOfReceipt } from '#signing/receipt-chain.ts';
import { type CheckedReceipt, decideIntake } from '../../../server/dispatch/receipt-intake-rules.ts';
import { booted, TalkingReceiver } from '../../support/talking-receiver.ts';

const checked = (receipt: Receipt): CheckedReceipt => ({ receipt, hash: hashOfReceipt(receipt) });
const teller = new TalkingReceiver();
const chain = teller.say(...Array.from({ length: 12 }, (_, index) => booted(`boot-${index}`))).map(checked);
const one = (sequence: number) => chain[sequence - 1] as CheckedReceipt;

/** A server's memory of one receiver, fed batch by batch. */
class Memory {
  stored: CheckedReceipt[] = [];
  held: CheckedReceipt[] = [];
  refused: { sequence: number; code: string }[] = [];

  take(arrived: readonly CheckedReceipt[], heldMax = 100): void {
    const intake = decideIntake(
      {
        lastSequence: this.stored.length,
        headHash: this.stored.at(-1)?.hash ?? GENESIS_HASH,
        held: this.held,
        storedHashes: new Map(this.stored.map(({ receipt, hash }) => [receipt.head.sequence, hash])),
        heldMax,
      },
      arrived,
    );
    this.stored.push(...intake.apply);
    this.held = intake.hold;
    this.refused.push(...intake.refused.map(({ receipt, code }) => ({ sequence: receipt.head.sequence, code })));
  }
}

describe('intake of receipts', () => {
  it('applies each once and in sequence, whatever is lost, repeated or reordered on the way', () => {
    const batch = fc.array(fc.nat(chain.length - 1), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 10 }), (batches) => {
        const memory = new Memory();
        const seen = new Set<number>();
        for (const places of batches) {
          memory.take(places.map((place) => one(place + 1)));
          for (const place of places) seen.add(place + 1);
          let whole = 0;
          while (seen.has(whole + 1)) whole += 1;
          expect(memory.stored).toEqual(chain.slice(0, whole));
          expect(memory.held.map(({ receipt }) => receipt.head.sequence)).toEqual(
            [...seen].filter((s) => s > whole).sort((a, b) => a - b),
          );
        }
        memory.take(chain); // the agent resends all that was not acknowledged
        expect(memory).toMatchObject({ stored: chain, held: [], refused: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('finds a fork of what is stored, of what is held, and within one batch', () => {
    const clone = teller.clone();
    clone.chain.splice(3);
    const forked = clone.say(booted('other'), booted('other'), booted('other')).map(checked); // 4, 5, 6
    const stored = new Memory();
    stored.take(chain.slice(0, 5));
    stored.take([forked[0] as CheckedReceipt, one(6)]);
    expect(stored).toMatchObject({ refused: [{ sequence: 4, code: 'receipt-forked' }] });
    expect(stored.stored).toHaveLength(6);
    const held = new Memory();
    held.take([one(6)]);
    held.take([forked[2] as CheckedReceipt]);
    expect(held.refused).toEqual([{ sequence: 6, code: 'receipt-forked' }]);
    const batch = new Memory();
    batch.take([...chain.slice(0, 4), forked[0] as CheckedReceipt]);
    expect(batch.refused).toEqual([{ sequence: 4, code: 'receipt-forked' }]);
  });

  it('finds a chain that does not continue what is stored, and takes the right one afterwards', () => {
    const clone = teller.clone();
    clone.chain.splice(3);
    const forked = clone.say(booted('other'), booted('other')).map(checked);
    const memory = new Memory();
    memory.take([forked[1] as CheckedReceipt]); // 5 of the clone, ahead of a gap
    memory.take(chain.slice(0, 4));
    expect(memory.refused).toEqual([{ sequence: 5, code: 'receipt-chain-broken' }]);
    memory.take(chain);
    expect(memory.stored).toEqual(chain);
  });

  it('holds no more than it may, and refuses what is too far ahead', () => {
    const memory = new Memory();
    memory.take([one(3), one(4)], 3);
    expect(memory.refused).toEqual([{ sequence: 4, code: 'receipt-too-far-ahead' }]);
    expect(memory.held).toEqual([one(3)]);
    memory.take(chain, 3); // in one piece it is not far ahead of anything
    expect(memory.stored).toEqual(chain);
    expect(memory.held).toEqual([]);
  });
});
