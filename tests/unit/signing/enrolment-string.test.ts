import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEnrolmentString, parseEnrolmentString } from '#signing/enrolment-string.ts';
import { generateSigningKey } from '#signing/keys.ts';

const invitation = {
  address: 'https://truyenthanh.example.vn:8443/x',
  code: 'K7QM-2ZRT-9XWD',
  rootKey: generateSigningKey().keyId,
};
const text = formatEnrolmentString(invitation);

describe('the enrolment string', () => {
  it('is one line without blanks and says what was put in', () => {
    expect(text).not.toMatch(/\s/);
    expect(parseEnrolmentString(`  ${text}\n`)).toEqual(invitation);
  });

  it('finds any character typed wrong, left out or doubled', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('A', '0', 'z', '~', '-', '', text), (at, typed) => {
        const filling = typed === text ? text.charAt(at).repeat(2) : typed;
        const mistyped = text.slice(0, at) + filling + text.slice(at + 1);
        fc.pre(mistyped !== text);
        expect(parseEnrolmentString(mistyped)).toBeUndefined();
      }),
    );
  });

  it('carries an address with a tilde', () => {
    const parsed = parseEnrolmentString(formatEnrolmentString({ ...invitation, address: 'http://10.0.0.1/~xa' }));
    expect(parsed?.address).toBe('http://10.0.0.1/%7Exa');
  });

  it.each(['', 'tt1', 'tt2~a~b~c~d', `${text}~more`, text.replace('https:', 'file:')])('does not take %j', (wrong) => {
    expect(parseEnrolmentString(wrong)).toBeUndefined();
  });
});
