import { describe, expect, it } from 'vitest';
import { checkUploadName } from '../../../server/bulletins/upload-name-rules.ts';

describe('the name of an upload', () => {
  it.each(['thông báo số 12.mp3', 'Bản tin (sáng).wav', 'a..b.ogg', 'console.wav', `${'ậ'.repeat(196)}.mp3`])(
    'may be %j',
    (name) => {
      expect(checkUploadName(name)).toBe(name);
    },
  );

  it('is brought to one form', () => {
    expect(checkUploadName('thông báo.mp3'.normalize('NFD'))).toBe('thông báo.mp3'.normalize('NFC'));
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['a'.repeat(201), 'too-long'],
    ['a\u0000.mp3', 'control-characters'],
    ['a\n.mp3', 'control-characters'],
    ['gpj\u202E3pm.exe', 'control-characters'],
    ['../etc/passwd', 'path'],
    ['..', 'leading-dot'],
    ['/abs.mp3', 'path'],
    ['a\\..\\b.mp3', 'path'],
    ['C:a.mp3', 'path'],
    ['.htaccess', 'leading-dot'],
    ['a.mp3 ', 'outer-dot-or-space'],
    ['a.mp3.', 'outer-dot-or-space'],
    ['nul', 'reserved'],
    ['Com1.wav', 'reserved'],
  ])('is refused for %j: %s', (name, why) => {
    expect(() => checkUploadName(name)).toThrow(
      expect.objectContaining({ code: 'upload-name-invalid', params: { why } }) as Error,
    );
  });
});
