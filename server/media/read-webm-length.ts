// WebM: the length in the segment's header, and whether an element reaches beyond the file's end.
import type { FileHandle } from 'node:fs/promises';
import type { DeclaredLength } from './audio-check-rules.ts';

const SEGMENT = 0x18538067;
const SEGMENT_INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const ELEMENTS_MAX = 100_000;
const INFO_BYTES_MAX = 65_536;

interface Element {
  id: number;
  bodyAt: number;
  /** Undefined: "until something else begins", as live recorders write it. */
  bodyBytes: number | undefined;
}

export async function readWebmLength(file: FileHandle, size: number): Promise<DeclaredLength> {
  let declaredMs: number | undefined;
  let at = 0;
  for (let elements = 0; at < size && elements < ELEMENTS_MAX; elements += 1) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, at);
    const element = readElement(buffer.subarray(0, bytesRead), at);
    if (!element) return { declaredMs, isCutOff: true };
    const { id, bodyAt, bodyBytes } = element;
    if (bodyBytes !== undefined && bodyAt + bodyBytes > size) return { declaredMs, isCutOff: true };
    if (id === SEGMENT) {
      at = bodyAt;
      continue;
    }
    // A cluster of unknown size: what follows can't be stepped over without decoding.
    if (bodyBytes === undefined) return { declaredMs, isCutOff: false };
    if (id === SEGMENT_INFO) {
      const body = Buffer.alloc(Math.min(bodyBytes, INFO_BYTES_MAX));
      await file.read(body, 0, body.length, bodyAt);
      declaredMs = readSegmentInfo(body);
    }
    at = bodyAt + bodyBytes;
  }
  return { declaredMs, isCutOff: false };
}

function readElement(bytes: Buffer, at: number): Element | undefined {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  if (idLength > 4 || bytes.length < idLength + 1) return undefined;
  const first = bytes[idLength] ?? 0;
  const sizeLength = Math.clz32(first) - 23;
  if (sizeLength > 8 || bytes.length < idLength + sizeLength) return undefined;
  let value = first & (0xff >> sizeLength);
  let isUnknown = value === 0xff >> sizeLength;
  for (const byte of bytes.subarray(idLength + 1, idLength + sizeLength)) {
    value = value * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { id: bytes.readUIntBE(0, idLength), bodyAt: at + idLength + sizeLength, bodyBytes: isUnknown ? undefined : value };
}

function readSegmentInfo(body: Buffer): number | undefined {
  let scaleNs = 1_000_000;
  let duration: number | undefined;
  for (let at = 0; at < body.length;) {
    const element = readElement(body.subarray(at, at + 12), at);
    if (element?.bodyBytes === undefined || element.bodyAt + element.bodyBytes > body.length) break;
    const { id, bodyAt, bodyBytes } = element;
    if (id === TIMESTAMP_SCALE && bodyBytes >= 1 && bodyBytes <= 6) scaleNs = body.readUIntBE(bodyAt, bodyBytes);
    if (id === DURATION && bodyBytes === 8) duration = body.readDoubleBE(bodyAt);
    if (id === DURATION && bodyBytes === 4) duration = body.readFloatBE(bodyAt);
    at = bodyAt + bodyBytes;
  }
  return duration !== undefined && duration > 0 ? Math.round((duration * scaleNs) / 1e6) : undefined;
}
