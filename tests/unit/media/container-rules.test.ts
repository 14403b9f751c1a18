import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { extensionOf, isCodecAccepted, isNameOf, sniffContainer } from '../../../server/media/container-rules.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

it.each([
  ['RIFF\x24\0\0\0WAVEfmt ', 'wav'],
  ['RF64\xff\xff\xff\xffWAVEds64', 'wav'],
  ['OggS\0\x02', 'ogg'],
  ['fLaC\0\0\0\x22', 'flac'],
  ['\0\0\0\x1cftypM4A ', 'mp4'],
  ['\x1a\x45\xdf\xa3\x9f', 'webm'],
])('%j is known by its first bytes as %s', (head, container) => {
  expect(sniffContainer(bytesOf(head))).toEqual({ container, firstFrameAt: 0 });
});

it('one MPEG header is an accident, three in a row are an MP3', () => {
  const frame = new Uint8Array(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]); // MPEG-1 Layer III, 128 kbit/s, 44.1 kHz
  expect(sniffContainer(frame)).toBeUndefined();
  const three = new Uint8Array(3 * 417 + 10);
  for (const at of [0, 1, 2]) three.set(frame, 10 + at * 417);
  expect(sniffContainer(three)).toEqual({ container: 'mp3', firstFrameAt: 10 });
});

it('an ID3 tag is stepped over', () => {
  expect(sniffContainer(bytesOf('ID3\x04\0\0\0\0\x02\x01'))).toEqual({ skipTo: 10 + 257 });
});

it('text of any kind is no audio', () => {
  const other = ['#EXTM3U\n', 'ffconcat version 1.0\n', '<?xml version="1.0"?>', '%PDF-1.7', 'RIFF\0\0\0\0AVI LIST', ''];
  for (const text of other) expect(sniffContainer(bytesOf(text))).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      const sniffed = sniffContainer(new TextEncoder().encode(`Kính gửi ${text}`));
      expect(sniffed).toBeUndefined();
    }),
  );
});

it.each([
  ['Bản tin.MP3', 'mp3'],
  ['a.b.ogg', 'ogg'],
  ['no ending', ''],
  ['.mp3', ''],
  ['folder.mp3/name', ''],
  ['..\\x.wav', 'wav'],
])('the ending of %j is %j', (name, extension) => {
  expect(extensionOf(name)).toBe(extension);
});

it('phones call two kinds .aac', () => {
  expect([isNameOf('a.aac', 'aac'), isNameOf('a.aac', 'mp4'), isNameOf('a.aac', 'mp3')]).toEqual([true, true, false]);
});

it('codecs are let in by name', () => {
  expect(['pcm_s16le', 'opus', 'aac'].every(isCodecAccepted)).toBe(true);
  expect(['text', 'wmav2', 'h264', ''].some(isCodecAccepted)).toBe(false);
});
