import { expect, test } from 'vitest';
import { PasswordHasher } from '../../../server/accounts/password-hasher.ts';
import { expectProblem } from '../../support/expect-problem.ts';

test('passwords are hashed two at a time; those who come when the queue is full are sent away, and it empties again', async () => {
  const passwords = await PasswordHasher.create();
  const crowd = Array.from({ length: 70 }, () => passwords.verify(undefined, 'bất kỳ ai cũng vậy'));
  const outcomes = await Promise.allSettled(crowd);
  expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(4);
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === false)).toHaveLength(66);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  await expectProblem(Promise.reject(refused?.reason as Error), 'too-many-requests');
  const passwordHash = await passwords.hash('Tiếng loa làng'.normalize('NFD'));
  expect(await passwords.verify(passwordHash, 'Tiếng loa làng')).toBe(true);
  expect(await passwords.verify(passwordHash, 'tiếng loa làng')).toBe(false);
});
