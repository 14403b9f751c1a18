import { expect, it } from 'vitest';
import { Problem } from '../../../server/lib/problem.ts';
import { checkText } from '../../../server/rendering/normalise-check-rules.ts';

const limits = { textCharactersMax: 20 };
function refusalOf(text: string): Problem {
  try {
    checkText(text, limits);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was accepted');
}

it('returns the text composed', () => {
  expect(checkText('nhân dân'.normalize('NFD'), limits)).toBe('nhân dân');
});

it.each(['', '   ', '\n\t\u00a0'])('refuses empty text %j', (text) => {
  expect(refusalOf(text).code).toBe('text-empty');
});

it('counts characters, not bytes or combining marks', () => {
  expect(checkText('ế'.repeat(20).normalize('NFD'), limits)).toHaveLength(20);
  const refusal = refusalOf('ế'.repeat(21));
  expect([refusal.code, refusal.params]).toEqual(['text-too-long', { max: 20, length: 21 }]);
});

it.each([
  ['ab\u0000', 2, 'U+0000'],
  ['\u001b[31m', 0, 'U+001B'],
  ['a\u202eb', 1, 'U+202E'],
])('refuses the control character in %j', (text, at, code) => {
  const refusal = refusalOf(text);
  expect([refusal.code, refusal.params]).toEqual(['text-has-control-characters', { at, code }]);
});

it.each(['!!! ---', '😀 🎉', '...', '“”', '\u200b\u200b', 'Привет'])('refuses %j, of which nothing can be said', (text) => {
  expect(refusalOf(text).code).toBe('text-unsayable');
});

it('accepts line breaks and tabs', () => {
  expect(checkText('Một\r\n\tHai', limits)).toBe('Một\r\n\tHai');
});
