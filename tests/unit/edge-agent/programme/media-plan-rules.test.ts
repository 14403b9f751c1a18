import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { planEviction, planMedia, stockHours } from '../../../../edge-agent/programme/media-plan-rules.ts';
import { itemOf } from '../../../support/agent-bench.ts';
import { anyMedia, instant, makeOrder, makeProgramme } from '../../../support/signed-fixtures.ts';

const NOW_MS = Date.parse('2026-11-22T05:00:00.000Z');
const HOUR_MS = 3_600_000;
const [soon, later, alarm, stock] = ['soon', 'later', 'alarm', 'stock'].map((name) => anyMedia(name));
if (!soon || !later || !alarm || !stock) throw new Error('four media');
const inHours = (hours: number, media: typeof soon) => makeOrder(NOW_MS + hours * HOUR_MS, { items: [itemOf(media)] });
const emergency = { ...inHours(100, alarm), class: 'emergency' as const };
const programme = makeProgramme(randomUUID(), NOW_MS, { media: [stock, soon] });
const plan = planMedia([inHours(48, later), inHours(2, soon), emergency, inHours(60, soon)], programme, NOW_MS);

test('emergencies come first, then what is needed next, then what is only kept in stock', () => {
  expect(plan.map(({ media }) => media)).toEqual([alarm, soon, later, stock]);
});

test('nothing is fetched for an order that has expired', () => {
  const past = { ...inHours(-5, later), validUntil: instant(NOW_MS - 1) };
  expect(planMedia([past], undefined, NOW_MS)).toEqual([]);
});

test('what nobody wants goes first, then what is needed last; nothing of the next day and of an emergency', () => {
  const foreign = anyMedia('foreign').sha256;
  const held = [soon.sha256, later.sha256, alarm.sha256, stock.sha256, foreign];
  expect(planEviction(held, plan, NOW_MS)).toEqual([foreign, stock.sha256, later.sha256]);
});

test('nothing goes for what is needed later than itself, but all that may go for an emergency', () => {
  const held = [later.sha256, stock.sha256];
  expect(planEviction(held, plan, NOW_MS, { lane: 'programme', neededAtMs: NOW_MS + 72 * HOUR_MS })).toEqual([stock.sha256]);
  expect(planEviction(held, plan, NOW_MS, { lane: 'emergency', neededAtMs: NOW_MS + 72 * HOUR_MS })).toEqual(held.toReversed());
});

test('the stock lasts until the first order whose media are not here, or the end of the programme', () => {
  const orders = [inHours(2, soon), inHours(48, later)];
  expect(stockHours(programme, orders, (sha256) => sha256 === soon.sha256, NOW_MS)).toBe(48);
  expect(stockHours(programme, orders, () => true, NOW_MS)).toBe(14 * 24);
  expect(stockHours(undefined, [], () => true, NOW_MS)).toBeNull();
});
