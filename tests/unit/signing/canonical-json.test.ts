import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalBytesIfAny } from '#signing/canonical-json.ts';

const textOf = (value: unknown) => canonicalBytes(value).toString('utf8');
const signable = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units, as RFC 8785 says', () => {
    expect(textOf({ ö: 1, z: 2, a: 3, '\u{1F600}': 4, '\uFB33': 5, '€': 6 })).toBe('{"a":3,"z":2,"ö":1,"€":6,"😀":4,"\uFB33":5}');
  });

  it('leaves Vietnamese as it is written, and tells composed from decomposed', () => {
    expect(textOf({ tên: 'Truyền thanh xã' })).toBe('{"tên":"Truyền thanh xã"}');
    expect(canonicalBytes('ề'.normalize('NFC')).equals(canonicalBytes('ề'.normalize('NFD')))).toBe(false);
  });

  it('escapes control characters in the one way', () => {
    expect(textOf('\u0000\b\t\n\f\r"\\/\u001f')).toBe('"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\\u001f"');
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])('will not sign the number %s', (number) => {
    expect(() => canonicalBytes({ deep: [{ number }] })).toThrow(TypeError);
    expect(canonicalBytesIfAny({ deep: [{ number }] })).toBeUndefined();
  });

  it('will not sign what has no JSON form', () => {
    expect(() => canonicalBytes(undefined)).toThrow(TypeError);
  });

  it('answers what is nested beyond the stack instead of falling over', () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 200_000; depth += 1) nested = [nested];
    expect(canonicalBytesIfAny(nested)).toBeUndefined();
  });

  it('does not depend on the order of keys and survives a journey as JSON', () => {
    fc.assert(
      fc.property(signable, (value) => {
        const bytes = canonicalBytes(value);
        expect(canonicalBytes(shuffled(value)).equals(bytes)).toBe(true);
        expect(canonicalBytes(JSON.parse(JSON.stringify(value))).equals(bytes)).toBe(true);
      }),
    );
  });
});
