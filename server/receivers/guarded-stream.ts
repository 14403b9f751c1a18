import { Duplex } from 'node:stream';

/**
 * The same stream, but each incoming chunk is judged before anyone parses it; a verdict other than undefined ends the stream
 * with that text. Back pressure passes through both ways.
 */
export function guardStream(inner: Duplex, judge: (chunk: Buffer) => string | undefined): Duplex {
  const outer = new Duplex({
    read: () => void inner.resume(),
    write: (chunk: Buffer, _encoding, done) => void inner.write(chunk, (error) => done(error)),
    // The broker writes a packet in pieces: together they are one frame of WebSocket.
    writev: (pieces, done) => {
      const chunk = Buffer.concat(pieces.map((piece) => piece.chunk as Buffer));
      inner.write(chunk, (error) => done(error));
    },
    final: (done) => void inner.end(done),
    destroy: (error, done) => {
      inner.destroy();
      done(error);
    },
  });
  inner.on('data', (chunk: Buffer) => {
    const fault = judge(chunk);
    if (fault !== undefined) outer.destroy(new Error(fault));
    else if (!outer.push(chunk)) inner.pause();
  });
  inner.on('end', () => outer.push(null));
  inner.on('error', (error) => outer.destroy(error));
  inner.on('close', () => outer.destroy());
  return outer;
}
