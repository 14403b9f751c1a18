import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ABBREVIATIONS, NUMBERED_PREFIXES } from '../../../server/rendering/abbreviations.ts';
import { DOCUMENT_PARTS } from '../../../server/rendering/code-number-rules.ts';
import { normaliseText, type NormalisedText } from '../../../server/rendering/normalise-text-rules.ts';
import { isVietnameseSyllable } from '../../../server/rendering/vietnamese-syllable-rules.ts';

const speak = (text: string): string => normaliseText(text, []).spoken;

/** An independent reader of spoken numbers: what the words say, as a number again. */
const DIGITS = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín'];
const FORMS: Record<string, number> = {
  mốt: 1,
  tư: 4,
  lăm: 5,
  ...Object.fromEntries(DIGITS.map((word, digit) => [word, digit])),
};
function heardNumber(spoken: string): number {
  let total = 0;
  let group = 0;
  let pending = 0;
  for (const word of spoken.split(' ')) {
    if (word in FORMS) pending = FORMS[word] ?? 0;
    else if (word === 'mười') [group, pending] = [group + 10, 0];
    else if (word === 'mươi') [group, pending] = [group + pending * 10, 0];
    else if (word === 'trăm') [group, pending] = [group + pending * 100, 0];
    else if (word === 'nghìn' || word === 'triệu') {
      total += (group + pending) * (word === 'nghìn' ? 1000 : 1_000_000);
      [group, pending] = [0, 0];
    } else if (word === 'tỷ') {
      total = (total + group + pending) * 1_000_000_000;
      [group, pending] = [0, 0];
    } else if (word !== 'linh') throw new Error(`not a number word: ${word}`);
  }
  return total + group + pending;
}
const dotted = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '.');
const twoDigits = (value: number): string => String(value).padStart(2, '0');

const FRAGMENTS = [
  ...ABBREVIATIONS.map(({ written }) => written),
  ...Object.keys(DOCUMENT_PARTS),
  ...'ngày tháng năm thứ quý thôn khóm số từ đến lúc gọi điện thoại tổ Điều CHƯƠNG XI VI I IV XXI a b A B x X k đ h g m % ‰ °C đồng người hộ'.split(
    ' ',
  ),
  ...'0 1 5 10 05 15/8 2/3 1/5 12/2026 19/12/2022 7h 12h30 17g00 05:29 1.250.000 3,5 0912 113 2022 1.350/KH-UBND 64A-123.45 m2 ²'.split(
    ' ',
  ),
  ...[
    '.',
    ',',
    ' - ',
    '-',
    '–',
    '/',
    ':',
    '(',
    ')',
    '"',
    '\n',
    '\n- ',
    '…',
    '&',
    '+',
    '😀',
    '½',
    'Ⅳ',
    '٣',
    '𝟏',
    '\u200B',
    '\u0301',
    "'",
    '<',
    '>=',
  ],
];
const noticeLike = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      { weight: 2, arbitrary: fc.constant(' ') },
    ),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''));
const anyText = fc.oneof(noticeLike, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());

describe('whatever the text', () => {
  it('says only Vietnamese syllables and marks, and never a digit', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { spoken } = normaliseText(text, []);
        expect(spoken).not.toMatch(/\p{N}/u);
        for (const word of spoken.split(' ').filter((part) => part !== '')) {
          expect(word).toMatch(/^[\p{L}]+[,.;:?!]?$/u);
          expect(isVietnameseSyllable(word.replace(/[,.;:?!]$/, '')), word).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says its own words again unchanged, and doubts none of them', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = speak(text);
        expect(normaliseText(once, [])).toEqual({ spoken: once, unknownTokens: [] });
      }),
      { numRuns: 3000 },
    );
  });

  it('points each unknown token at its place in the NFC text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const nfc = text.normalize('NFC');
        for (const { written, startIndex } of normaliseText(text, []).unknownTokens) {
          expect(written).not.toBe('');
          expect(nfc.startsWith(written, startIndex)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads composed and decomposed writing alike', () => {
    fc.assert(
      fc.property(noticeLike, (text) => {
        const letters = ({ spoken, unknownTokens }: NormalisedText) => [spoken, unknownTokens.map((token) => token.spoken)];
        expect(letters(normaliseText(text.normalize('NFD'), []))).toEqual(letters(normaliseText(text, [])));
      }),
    );
  });

  it('leaves no digit whatever an area writes in its dictionary', () => {
    const entry = fc.record({ written: fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string()), spoken: anyText });
    fc.assert(
      fc.property(noticeLike, fc.array(entry, { maxLength: 4 }), (text, dictionary) => {
        expect(normaliseText(text, dictionary).spoken).toMatch(/^[\p{L} ,.;:?!]*$/u);
      }),
    );
  });
});

describe('no digit is lost', () => {
  it('in whole numbers, plain and with dots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (value) => {
        expect(heardNumber(speak(`Có ${value}`).slice(3))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 999_999_999_999 }), (value) => {
        expect(heardNumber(speak(dotted(value)))).toBe(value);
      }),
    );
  });

  it('in decimals', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.stringMatching(/^[0-9]{1,6}$/), (whole, fraction) => {
        const [before = '', behind = ''] = speak(`${whole},${fraction}`).split(' phẩy ');
        expect(heardNumber(before)).toBe(whole);
        const digits = behind.split(' ').map((word) => FORMS[word]);
        const heard = fraction.startsWith('0') || fraction.length > 2 ? digits.join('') : String(heardNumber(behind));
        expect(heard).toBe(fraction);
      }),
    );
  });

  it('in codes with leading zeros and in long runs of digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^0[0-9]{1,30}$/), fc.stringMatching(/^[1-9][0-9]{15,40}$/)), (code) => {
        const heard = speak(`Mã ${code}`)
          .replace(/^Mã /, '')
          .split(/,? /)
          .map((word) => FORMS[word])
          .join('');
        expect(heard).toBe(code);
      }),
    );
  });

  it('in the digits of any script', () => {
    const everyCharacter = Array.from({ length: 0x1ffff }, (_, code) => String.fromCodePoint(code));
    for (const digit of everyCharacter.filter((char) => /\p{Nd}/u.test(char))) {
      expect(DIGITS, digit).toContain(speak(`Số ${digit}`).slice(3));
    }
  });

  it('in notices as they are written: every figure adds words', () => {
    const figure = fc.constantFrom(
      '1.250.000đ',
      '19/12/2022',
      '7h05',
      '3,5%',
      '0912 345 678',
      '12/NQ-HĐND',
      '8-10',
      'A12',
      '2/3',
      '15:30',
      '64A-123.45',
      '5',
      '02',
      '1,2,3',
      '2.1.3',
      '٣',
    );
    fc.assert(
      fc.property(
        fc.array(figure, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(' ', ', ', ' và ', '; ', '\n', ' - '),
        (figures, joint) => {
          const heard = (text: string): number =>
            speak(text)
              .split(/[ ,.;:]+/)
              .filter((word) => word in FORMS || /^(?:mười|mươi)$/.test(word)).length;
          // Together they may not say fewer number words than one by one (context may only add readings, such as "không").
          expect(heard(figures.join(joint))).toBeGreaterThanOrEqual(figures.length);
        },
      ),
    );
  });

  it('in dates', () => {
    const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.boolean(), fc.constantFrom('/', '-', '.'), (when, padded, sign) => {
        const [day, month, year] = [when.getUTCDate(), when.getUTCMonth() + 1, when.getUTCFullYear()];
        const write = padded ? twoDigits : String;
        const heard = /^ngày (.+?) tháng (.+?) năm (.+)$/.exec(speak(`${write(day)}${sign}${write(month)}${sign}${year}`));
        expect(heard?.slice(1).map(heardNumber)).toEqual([day, month, year]);
      }),
    );
  });

  it('in times', () => {
    fc.assert(
      fc.property(fc.nat(23), fc.nat(59), fc.constantFrom('h', 'g', ':'), (hour, minute, sign) => {
        const heard = /^(.+) giờ(?: (.+) phút)?$/.exec(speak(`${twoDigits(hour)}${sign}${twoDigits(minute)}`));
        expect([heardNumber(heard?.[1] ?? ''), heard?.[2] === undefined ? 0 : heardNumber(heard[2])]).toEqual([hour, minute]);
      }),
    );
  });
});

describe('the built-in dictionary', () => {
  it('is spoken in Vietnamese syllables only', () => {
    const spokenForms = [
      ...ABBREVIATIONS.map(({ spoken }) => spoken),
      ...Object.values(DOCUMENT_PARTS),
      ...Object.values(NUMBERED_PREFIXES),
    ];
    for (const spoken of spokenForms) expect(normaliseText(spoken, []), spoken).toEqual({ spoken, unknownTokens: [] });
  });

  it('has no key in small letters that is a Vietnamese word', () => {
    const small = ABBREVIATIONS.filter(({ written }) => written !== written.toUpperCase());
    for (const { written } of small) expect(written.split(/[ ]/).every(isVietnameseSyllable), written).toBe(false);
  });
});

it('reads a text of hostile repetition in time that grows with its length', () => {
  const hostile = [
    '1.',
    '1,',
    '1/',
    '0 ',
    '0912 ',
    'a',
    'A',
    'a.',
    'I',
    '(',
    '- ',
    ' ',
    '\n',
    '1:1',
    'UBND/',
    '1-',
    '😀',
    "h'",
    'a@',
    'www.',
    '1/A-',
  ];
  for (const part of hostile) {
    const text = part.repeat(Math.ceil(20_000 / part.length)).slice(0, 20_000);
    expect(speak(text)).not.toMatch(/\p{N}/u);
  }
});
