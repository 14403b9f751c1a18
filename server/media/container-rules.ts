// What kind of file bytes are, by their content; which kinds a name may claim; which codecs are let in.

export type Container = 'wav' | 'mp3' | 'ogg' | 'mp4' | 'aac' | 'flac' | 'webm';

/** Enough for any signature, and for three MPEG frames after some leading junk. */
export const SNIFF_BYTES = 65_536;

export type Sniffed =
  | { container: Container; firstFrameAt: number }
  /** An ID3 tag stands in front: look again from there. */
  | { skipTo: number }
  | undefined;

export function sniffContainer(head: Uint8Array): Sniffed {
  const word = (at: number): string => String.fromCharCode(...head.subarray(at, at + 4));
  if ((word(0) === 'RIFF' || word(0) === 'RF64') && word(8) === 'WAVE') return { container: 'wav', firstFrameAt: 0 };
  if (word(0) === 'OggS') return { container: 'ogg', firstFrameAt: 0 };
  if (word(0) === 'fLaC') return { container: 'flac', firstFrameAt: 0 };
  if (word(4) === 'ftyp') return { container: 'mp4', firstFrameAt: 0 };
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) return { container: 'webm', firstFrameAt: 0 };
  if (word(0).startsWith('ID3') && head.length >= 10) return { skipTo: 10 + id3Size(head) };
  if (countAdtsFrames(head) >= 2) return { container: 'aac', firstFrameAt: 0 };
  const firstFrameAt = findMpegFrames(head);
  return firstFrameAt === undefined ? undefined : { container: 'mp3', firstFrameAt };
}

function id3Size(head: Uint8Array): number {
  const footer = ((head[5] ?? 0) & 0x10) !== 0 ? 10 : 0;
  return head.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 0x7f), 0) + footer;
}

function countAdtsFrames(head: Uint8Array): number {
  let at = 0;
  let count = 0;
  while (at + 7 <= head.length && head[at] === 0xff && ((head[at + 1] ?? 0) & 0xf6) === 0xf0) {
    const size = (((head[at + 3] ?? 0) & 3) << 11) | ((head[at + 4] ?? 0) << 3) | ((head[at + 5] ?? 0) >> 5);
    if (size < 7) return count;
    count += 1;
    at += size;
  }
  return count;
}

export interface MpegFrame {
  bytes: number;
  samples: number;
  sampleRate: number;
  channels: 1 | 2;
  /** Where a Xing or Info tag would stand, from the frame's start. */
  tagAt: number;
}

const BITRATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** A Layer III frame header at this place, or undefined. */
export function readMpegFrame(bytes: Uint8Array, at: number): MpegFrame | undefined {
  const [b0, b1, b2, b3] = bytes.subarray(at, at + 4);
  if (b0 !== 0xff || b1 === undefined || b2 === undefined || b3 === undefined) return undefined;
  if ((b1 & 0xe0) !== 0xe0 || ((b1 >> 1) & 3) !== 1) return undefined;
  const version = (b1 >> 3) & 3; // 3 = MPEG-1, 2 = MPEG-2, 0 = MPEG-2.5
  const isFirst = version === 3;
  const bitRate = (isFirst ? BITRATES_1 : BITRATES_2)[b2 >> 4];
  const baseRate = SAMPLE_RATES[(b2 >> 2) & 3];
  if (version === 1 || !bitRate || !baseRate) return undefined;
  const sampleRate = baseRate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const channels = b3 >> 6 === 3 ? 1 : 2;
  const samples = isFirst ? 1152 : 576;
  const sideBytes = isFirst ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  return {
    bytes: Math.floor((samples * 125 * bitRate) / sampleRate) + ((b2 >> 1) & 1),
    samples,
    sampleRate,
    channels,
    tagAt: 4 + sideBytes,
  };
}

/** Three frames that follow one another are no accident; text and pictures don't have them. */
function findMpegFrames(head: Uint8Array): number | undefined {
  for (let at = 0; at + 4 <= head.length; at += 1) {
    const first = readMpegFrame(head, at);
    const second = first && readMpegFrame(head, at + first.bytes);
    const third = first && second && readMpegFrame(head, at + first.bytes + second.bytes);
    if (third && second.sampleRate === first.sampleRate && third.sampleRate === first.sampleRate) return at;
  }
  return undefined;
}

const EXTENSIONS: Record<string, Container[]> = {
  wav: ['wav'],
  wave: ['wav'],
  mp3: ['mp3'],
  ogg: ['ogg'],
  oga: ['ogg'],
  opus: ['ogg'],
  m4a: ['mp4'],
  m4b: ['mp4'],
  mp4: ['mp4'],
  aac: ['aac', 'mp4'], // phones give this ending to both
  flac: ['flac'],
  webm: ['webm'],
  weba: ['webm'],
};

/** The ending of a name in lower case, '' where it has none. */
export function extensionOf(fileName: string): string {
  return /[^/\\.][^/\\]*\.([A-Za-z0-9]{1,12})$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
}

/** A name without an ending claims nothing; an ending that we don't know claims something else. */
export function isNameOf(fileName: string, container: Container): boolean {
  const extension = extensionOf(fileName);
  return extension === '' || (EXTENSIONS[extension] ?? []).includes(container);
}

const CODECS = new Set(['mp3', 'mp3float', 'opus', 'vorbis', 'flac', 'aac', 'alac', 'adpcm_ms', 'adpcm_ima_wav']);

export function isCodecAccepted(codec: string): boolean {
  return CODECS.has(codec) || codec.startsWith('pcm_');
}
