import { expect, test } from 'vitest';
import { compareEmergencies, compareOrdinary, limitMs, overlap } from '../../../../edge-agent/programme/precedence-rules.ts';
import { instant, makeOrder, nightPolicy } from '../../../support/signed-fixtures.ts';

const { issuer } = makeOrder(0);
const emergency = (rank: number, issuedAtMs: number, supersedes: string[] = []) =>
  makeOrder(1_000_000, { class: 'emergency', issuer: { ...issuer, rank }, issuedAt: instant(issuedAtMs), supersedes });

test('among emergencies the one that supersedes comes first, then the higher issuer, then who spoke first', () => {
  const [commune, province, earlier] = [emergency(3, 500), emergency(1, 900), emergency(3, 100)];
  const correction = emergency(3, 950, [province.orderId]);
  expect([commune, province, earlier].sort(compareEmergencies)).toEqual([province, earlier, commune]);
  expect([province, correction].sort(compareEmergencies)).toEqual([correction, province]);
});

test('of two non-emergencies the earlier is looked at first, at the same instant the more important', () => {
  const [normal, priority, before] = [makeOrder(2_000), makeOrder(2_000, { class: 'priority' }), makeOrder(1_000)];
  expect([normal, priority, before].sort(compareOrdinary)).toEqual([before, priority, normal]);
});

test('orders overlap when one begins before the other has ended', () => {
  expect(overlap(makeOrder(0), makeOrder(9_999))).toBe(true);
  expect(overlap(makeOrder(0), makeOrder(10_000))).toBe(false);
});

test('an order ends where it expires or the quiet hours begin; an emergency only where it expires', () => {
  const startMs = Date.parse('2026-11-22T14:00:00.000Z');
  const order = makeOrder(startMs);
  expect(limitMs(order, nightPolicy, startMs)).toBe(Date.parse('2026-11-22T14:30:00.000Z'));
  expect(limitMs({ ...order, class: 'emergency' }, nightPolicy, startMs)).toBe(startMs + 3_600_000);
});
