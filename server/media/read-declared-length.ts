// Reads from a file's own structure how long it says it is, and whether that structure ends too early.
// Decoders accept a cut-off file without a word; only its structure tells.
import { type FileHandle, open } from 'node:fs/promises';
import type { DeclaredLength } from './audio-check-rules.ts';
import { type Container, SNIFF_BYTES, readMpegFrame, sniffContainer } from './container-rules.ts';
import { readWebmLength } from './read-webm-length.ts';

export interface Sniff {
  container: Container;
  firstFrameAt: number;
}

/** Boxes or chunks looked at before a file is taken as not telling its length. */
const BOXES_MAX = 10_000;
const ID3_TAGS_MAX = 4;

export async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** The kind of a file by its content alone; undefined where it is no kind of audio that we take. */
export async function sniffFile(path: string): Promise<Sniff | undefined> {
  await using file = await open(path, 'r');
  let at = 0;
  for (let tags = 0; tags <= ID3_TAGS_MAX; tags += 1) {
    const sniffed = sniffContainer(await readBytes(file, at, SNIFF_BYTES));
    if (sniffed === undefined) return undefined;
    if ('container' in sniffed) return { container: sniffed.container, firstFrameAt: at + sniffed.firstFrameAt };
    at += sniffed.skipTo;
  }
  return undefined;
}

export async function readDeclaredLength(path: string, sniff: Sniff): Promise<DeclaredLength> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  return await readLength(file, size, sniff);
}

async function readLength(file: FileHandle, size: number, sniff: Sniff): Promise<DeclaredLength> {
  switch (sniff.container) {
    case 'wav':
      return readWavLength(file, size);
    case 'ogg':
      return readOggLength(file, size);
    case 'mp4':
      return readMp4Length(file, size);
    case 'flac':
      return readFlacLength(file, sniff.firstFrameAt);
    case 'mp3':
      return readMp3Length(file, sniff.firstFrameAt);
    case 'webm':
      return readWebmLength(file, size);
    case 'aac':
      return { declaredMs: undefined, isCutOff: false };
  }
}

async function readWavLength(file: FileHandle, size: number): Promise<DeclaredLength> {
  let bytesPerSecond = 0;
  let longDataBytes: number | undefined;
  for (let at = 12, chunks = 0; at + 8 <= size && chunks < BOXES_MAX; chunks += 1) {
    const head = await readBytes(file, at, 40);
    const id = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    if (id === 'fmt ' && head.length >= 20) bytesPerSecond = head.readUInt32LE(16);
    if (id === 'ds64' && head.length >= 24) longDataBytes = Number(head.readBigUInt64LE(16));
    if (id === 'data') {
      const isUnknown = (length === 0xffffffff && longDataBytes === undefined) || length === 0x7ffff000;
      // What a recorder leaves that never came back to fill in its header.
      if (isUnknown || (length === 0 && size > at + 8)) return { declaredMs: undefined, isCutOff: false };
      const bytes = length === 0xffffffff ? (longDataBytes ?? 0) : length;
      const declaredMs = bytesPerSecond > 0 ? Math.round((bytes * 1000) / bytesPerSecond) : undefined;
      return { declaredMs, isCutOff: at + 8 + bytes > size };
    }
    at += 8 + length + (length % 2);
  }
  return { declaredMs: undefined, isCutOff: true };
}

const OGG_PAGE_MAX = 65_307;

async function readOggLength(file: FileHandle, size: number): Promise<DeclaredLength> {
  const tail = await readBytes(file, Math.max(0, size - 2 * OGG_PAGE_MAX), 2 * OGG_PAGE_MAX);
  const at = tail.lastIndexOf('OggS');
  const segments = at < 0 ? undefined : tail[at + 26];
  if (segments === undefined || at + 27 + segments > tail.length) return { declaredMs: undefined, isCutOff: true };
  const body = tail.subarray(at + 27, at + 27 + segments).reduce((sum, part) => sum + part, 0);
  const isLast = ((tail[at + 5] ?? 0) & 4) !== 0;
  const isCutOff = !isLast || at + 27 + segments + body > tail.length;
  if (isCutOff) return { declaredMs: undefined, isCutOff };
  const granule = Number(tail.readBigInt64LE(at + 6));
  const head = await readBytes(file, 0, 512);
  const opus = head.indexOf('OpusHead');
  if (opus >= 0 && opus + 12 <= head.length) {
    return { declaredMs: Math.round((granule - head.readUInt16LE(opus + 10)) / 48), isCutOff };
  }
  const vorbis = head.indexOf('\x01vorbis', 0, 'latin1');
  const rate = vorbis >= 0 && vorbis + 16 <= head.length ? head.readUInt32LE(vorbis + 12) : 0;
  return { declaredMs: rate > 0 && granule >= 0 ? Math.round((granule * 1000) / rate) : undefined, isCutOff };
}

async function readMp4Length(file: FileHandle, size: number): Promise<DeclaredLength> {
  let declaredMs: number | undefined;
  let hasIndex = false;
  for (let at = 0, boxes = 0; at < size && boxes < BOXES_MAX; boxes += 1) {
    const head = await readBytes(file, at, 16);
    if (head.length < 8) return { declaredMs, isCutOff: true };
    let length = head.readUInt32BE(0);
    if (length === 1 && head.length === 16) length = Number(head.readBigUInt64BE(8));
    else if (length === 0) length = size - at; // "to the end of the file"
    if (length < 8 || at + length > size) return { declaredMs, isCutOff: true };
    if (head.toString('latin1', 4, 8) === 'moov') {
      hasIndex = true;
      declaredMs = readMovieHeader(await readBytes(file, at, Math.min(length, 65_536)));
    }
    at += length;
  }
  return { declaredMs, isCutOff: !hasIndex };
}

function readMovieHeader(moov: Buffer): number | undefined {
  const at = moov.indexOf('mvhd');
  if (at < 0 || at + 36 > moov.length) return undefined;
  const isLong = moov[at + 4] === 1;
  const scale = moov.readUInt32BE(at + (isLong ? 24 : 16));
  const length = isLong ? Number(moov.readBigUInt64BE(at + 28)) : moov.readUInt32BE(at + 20);
  // 0 = the length stands in the fragments, and nowhere as a whole.
  return scale > 0 && length > 0 && length !== 0xffffffff ? Math.round((length * 1000) / scale) : undefined;
}

async function readFlacLength(file: FileHandle, at: number): Promise<DeclaredLength> {
  const head = await readBytes(file, at, 26);
  if (head.length < 26) return { declaredMs: undefined, isCutOff: true };
  const rate = head.readUIntBE(18, 3) >> 4;
  const samples = ((head[21] ?? 0) & 0x0f) * 2 ** 32 + head.readUInt32BE(22);
  return { declaredMs: rate > 0 && samples > 0 ? Math.round((samples * 1000) / rate) : undefined, isCutOff: false };
}

/** Only a Xing, Info or VBRI tag tells; bytes through bit rate would be a guess that a cut-off file passes. */
async function readMp3Length(file: FileHandle, at: number): Promise<DeclaredLength> {
  const absent = { declaredMs: undefined, isCutOff: false };
  const bytes = await readBytes(file, at, 4096);
  const frame = readMpegFrame(bytes, 0);
  if (!frame) return absent;
  const isXing = ['Xing', 'Info'].includes(bytes.toString('latin1', frame.tagAt, frame.tagAt + 4));
  if (isXing && bytes.length >= frame.tagAt + 144) {
    const flags = bytes.readUInt32BE(frame.tagAt + 4);
    if ((flags & 1) === 0) return absent;
    // With all four fields present a LAME tag follows; its 24 bits say what the encoder put before and after the sound.
    const added = (flags & 15) === 15 ? bytes.readUIntBE(frame.tagAt + 141, 3) : 0;
    const samples = bytes.readUInt32BE(frame.tagAt + 8) * frame.samples - (added >> 12) - (added & 0xfff);
    return { declaredMs: Math.max(0, Math.round((samples * 1000) / frame.sampleRate)), isCutOff: false };
  }
  if (bytes.toString('latin1', 36, 40) === 'VBRI' && bytes.length >= 54) {
    return { declaredMs: Math.round((bytes.readUInt32BE(50) * frame.samples * 1000) / frame.sampleRate), isCutOff: false };
  }
  return absent;
}
