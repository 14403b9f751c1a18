import { expect, test } from 'vitest';
import { isSampleDue, SAMPLE_EVERY_MS } from '../../../server/receivers/sample-rules.ts';

test.each([
  ['never sampled', undefined, 0, true],
  ['just before ten minutes', 5, 5 + SAMPLE_EVERY_MS - 1, false],
  ['after ten minutes', 5, 5 + SAMPLE_EVERY_MS, true],
  ['a clock that was set back', 5_000_000, 4_999_999, true],
])('%s', (_name, lastMs, heardMs, isDue) => expect(isSampleDue(lastMs, heardMs)).toBe(isDue));
