import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CODE_BYTES, formatCode, parseCode } from '../../../server/receivers/enrolment-code-rules.ts';

describe('an enrolment code', () => {
  test('has letters that nobody misreads, and is read back', () => {
    for (let round = 0; round < 200; round += 1) {
      const text = formatCode(randomBytes(CODE_BYTES));
      expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
      const whole = text.replaceAll('-', '');
      expect(parseCode(text)).toEqual({ name: whole.slice(0, 6), whole });
    }
  });

  test('is read with small letters, without dashes, and with letters that look alike', () => {
    const right = parseCode('AB01CD-0011-ABCD-1230');
    expect(right?.whole).toBe('AB01CD0011ABCD1230');
    expect(parseCode('ab01cd 0011 abcd 1230')).toEqual(right);
    expect(parseCode('ABOLCDOOIIABCDL23O')).toEqual(right);
  });

  test.each(['', 'AB01CD-0011-ABCD-123', 'AB01CD-0011-ABCD-12300', 'AB01CD-0011-ABCD-123U', 'AB01CD-0011-ABCD-123é'])(
    'is not %j',
    (text) => expect(parseCode(text)).toBeUndefined(),
  );
});
