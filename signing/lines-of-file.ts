/** The manifest names each receiver of a province in one line; a receipt's line is a few kilobytes at most. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Lines of UTF-8, one in memory at a time. A line that is too long ends the file: its beginning is given, and whoever reads it
 * finds it wrong.
 */
export async function* linesOfFile(chunks: AsyncIterable<Uint8Array>, lineBytesMax = LINE_BYTES_MAX): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  const release = () => {
    const line = Buffer.concat(pieces);
    [pieces, heldBytes] = [[], 0];
    return textOf(line.at(-1) === RETURN ? line.subarray(0, -1) : line);
  };
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      pieces.push(rest.subarray(0, end));
      yield release();
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
    heldBytes += rest.length;
    if (heldBytes > lineBytesMax) return yield textOf(Buffer.concat(pieces).subarray(0, 1000));
  }
  if (heldBytes > 0) yield release();
}

/** Bytes that are no UTF-8 become what is no JSON either. */
function textOf(line: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return '\uFFFD';
  }
}
