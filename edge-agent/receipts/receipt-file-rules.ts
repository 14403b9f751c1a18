import { Sha256 } from '#contract/primitives.ts';
import { Receipt } from '#contract/receipt.ts';

/** First line of a file whose acknowledged beginning was cut off: what stood before. */
export interface Base {
  sequence: number;
  hash: string;
}

export interface ReadFile {
  base: Base | undefined;
  receipts: Receipt[];
  /** Length of the part that is whole; what follows was torn by a power cut and never counted. */
  soundBytes: number;
  /** Lines in the middle that nobody can read: not torn, but damaged. */
  damagedLines: number[];
}

/** A line counts when its newline is there: it was written in one go and synced with it. */
export function readReceiptLines(text: string): ReadFile {
  const found: ReadFile = { base: undefined, receipts: [], soundBytes: 0, damagedLines: [] };
  let start = 0;
  let bytes = 0;
  let unreadable: number[] = [];
  for (let line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    const content = text.slice(start, end);
    bytes += byteLength(content) + 1;
    start = end + 1;
    const parsed = parseLine(content, line);
    if (parsed === undefined) {
      unreadable.push(line);
      continue;
    }
    if ('base' in parsed) found.base = parsed.base;
    else found.receipts.push(parsed);
    found.damagedLines.push(...unreadable);
    unreadable = [];
    found.soundBytes = bytes;
  }
  return found;
}

export function formatReceiptLine(receipt: Receipt): string {
  return JSON.stringify(receipt) + '\n';
}

function parseLine(content: string, line: number): Receipt | { base: Base } | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return line === 1 && isBaseLine(value) ? value : Receipt.parse(value);
  } catch {
    return undefined; // the caller counts it as torn or damaged
  }
}

function isBaseLine(value: unknown): value is { base: Base } {
  const base = (value as { base?: Partial<Base> } | null)?.base;
  return Number.isSafeInteger(base?.sequence) && typeof base?.hash === 'string' && Sha256.safeParse(base.hash).success;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const letter of text) {
    const point = letter.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
