import { describe, expect, it } from 'vitest';
import { checkDecoded, checkDeclared, checkName, cutOff } from '../../../server/media/audio-check-rules.ts';

const limits = { audioMsMax: 60_000, silentBelowLufs: -50 };
const whole = { declaredMs: 10_000, isCutOff: false };
const untold = { declaredMs: undefined, isCutOff: false };

describe('what was decoded', () => {
  it.each([
    { what: 'all of it', declared: whole, durationMs: 10_000, loudnessLufs: -20, code: undefined },
    { what: 'exactly 98 %', declared: whole, durationMs: 9_800, loudnessLufs: -20, code: undefined },
    { what: 'a little less than 98 %', declared: whole, durationMs: 9_799, loudnessLufs: -20, code: 'audio-truncated' },
    {
      what: 'all, but the structure ends early',
      declared: { ...whole, isCutOff: true },
      durationMs: 10_000,
      loudnessLufs: -20,
      code: 'audio-truncated',
    },
    { what: 'some, and no length was told', declared: untold, durationMs: 300, loudnessLufs: -20, code: undefined },
    { what: 'nothing', declared: untold, durationMs: 0, loudnessLufs: -70, code: 'audio-empty' },
    { what: 'more than allowed', declared: untold, durationMs: 60_001, loudnessLufs: -20, code: 'audio-too-long' },
    { what: 'as much as allowed', declared: untold, durationMs: 60_000, loudnessLufs: -20, code: undefined },
    { what: 'just loud enough', declared: whole, durationMs: 10_000, loudnessLufs: -50, code: undefined },
    { what: 'just too soft', declared: whole, durationMs: 10_000, loudnessLufs: -50.1, code: 'audio-silent' },
  ])('$what: $code', ({ declared, durationMs, loudnessLufs, code }) => {
    expect(checkDecoded(declared, { durationMs, loudnessLufs }, limits)?.code).toBe(code);
  });

  it('both lengths are named where a file was cut off, and the declared one only where it is known', () => {
    expect(cutOff(5000, whole).params).toEqual({ decodedMs: 5000, declaredMs: 10_000 });
    expect(cutOff(5000, untold).params).toEqual({ decodedMs: 5000 });
  });
});

it('a file that says it is too long is not decoded first', () => {
  expect(checkDeclared({ declaredMs: 60_001, isCutOff: false }, limits)?.params).toEqual({ maxMs: 60_000 });
  expect(checkDeclared({ declaredMs: 60_000, isCutOff: false }, limits)).toBeUndefined();
  expect(checkDeclared(untold, limits)).toBeUndefined();
});

it('a name must fit the content, and no name claims nothing', () => {
  expect(checkName('Bản tin sáng.MP3', 'mp3')).toBeUndefined();
  expect(checkName(undefined, 'mp3')).toBeUndefined();
  expect(checkName('ghi âm', 'mp3')).toBeUndefined();
  expect(checkName('a.mp3.wav', 'mp3')).toEqual({ code: 'audio-type-mismatch', params: { named: 'wav', found: 'mp3' } });
});
