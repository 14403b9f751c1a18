import { expect, test } from 'vitest';
import { listSilent } from '../../../server/receivers/presence-rules.ts';

test('silent are those online that were not heard for longer than allowed', () => {
  const heard = new Map([
    ['just-heard', { presence: 'online' as const, lastSeenMs: 99_000 }],
    ['at-the-limit', { presence: 'online' as const, lastSeenMs: 55_000 }],
    ['silent', { presence: 'online' as const, lastSeenMs: 54_999 }],
    ['gone-already', { presence: 'offline' as const, lastSeenMs: 1000 }],
  ]);
  expect(listSilent(heard, 100_000, 45_000)).toEqual(['silent']);
});
