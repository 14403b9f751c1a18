import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cuesOf,
  expectedMs,
  lengthMs,
  mediaOf,
  passedAt,
  placeAfter,
} from '../../../../edge-agent/programme/order-timeline-rules.ts';
import { itemOf } from '../../../support/agent-bench.ts';
import { anyMedia, makeOrder } from '../../../support/signed-fixtures.ts';

const order = makeOrder(0, {
  chime: anyMedia('chime', 3_000),
  endTone: anyMedia('end', 1_000),
  items: [itemOf(anyMedia('one', 10_000)), itemOf(anyMedia('two', 5_000))],
  repeats: 2,
  gapMs: 2_000,
});

describe('an order', () => {
  test('is chime, items, silence, items again, end tone', () => {
    expect(cuesOf(order).map(({ kind, repeat, item, atMs, isJoined }) => [kind, repeat, item, atMs, isJoined])).toEqual([
      ['chime', 0, 0, 0, false],
      ['item', 0, 0, 3_000, true],
      ['item', 0, 1, 13_000, true],
      ['item', 1, 0, 20_000, false],
      ['item', 1, 1, 30_000, true],
      ['end-tone', 1, 0, 35_000, true],
    ]);
    expect([lengthMs(order), expectedMs(order), mediaOf(order).length]).toEqual([36_000, 30_000, 4]);
  });

  test.each([
    [0, { cue: 0, positionMs: 0 }],
    [4_000, { cue: 1, positionMs: 1_000 }],
    [18_500, { cue: 3, positionMs: 0 }], // in the silence: at the beginning of the next repeat
    [12_900, { cue: 2, positionMs: 0 }], // the last tenth of a second is not worth beginning
    [36_000, undefined],
  ])('stands after %i ms at %o', (passedMs, place) => {
    expect(placeAfter(order, passedMs)).toEqual(place);
  });

  test('is never behind the clock when it is joined', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (passedMs) => {
        const place = placeAfter(order, passedMs);
        if (place) expect(passedAt(order, place)).toBeGreaterThanOrEqual(passedMs);
        else expect(passedMs).toBeGreaterThanOrEqual(lengthMs(order) - 200);
      }),
    );
  });
});
