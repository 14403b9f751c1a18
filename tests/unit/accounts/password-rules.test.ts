import { expect, test } from 'vitest';
import { findPasswordWeakness, normalisePassword } from '../../../server/accounts/password-rules.ts';

test.each([
  ['aaaaaaaaaaaa', 'too-few-characters'],
  ['abababababab', 'too-few-characters'],
  ['Tran.Thi.Hoa-2026', 'contains-username'],
  ['123456789012', 'is-sequence'],
  ['poiuytrewq', 'is-sequence'],
  ['matkhau12345', 'is-common'],
  ['Password-2026', 'is-common'],
  ['truyen-thanh!', 'is-common'],
  ['sông Thu Bồn mùa nước nổi', undefined],
  ['kx7v-m2pq-9tzd', undefined],
] as const)('the password %s: %s', (password, weakness) => {
  expect(findPasswordWeakness(password, 'tran.thi.hoa')).toBe(weakness);
});

test('diacritics are the same however they were typed', () => {
  const composed = 'Tiếng loa làng';
  expect(composed.normalize('NFD')).not.toBe(composed.normalize('NFC'));
  expect(normalisePassword(composed.normalize('NFD'))).toBe(normalisePassword(composed.normalize('NFC')));
});
